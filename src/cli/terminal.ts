import { basename, relative } from "node:path";
import process from "node:process";
import { redirectTaskOutput } from "../executors/pool/task_output.ts";

/** The streams and the surroundings of a command: the process's own, or a test's. */
export interface Terminal {
  /** Writes to the standard output: the requested data, and nothing else. */
  out(text: string): void;
  /** Writes to standard error: progress, logs, warnings, errors. */
  err(text: string): void;
  /** Keeps the standard output for `out`: whatever tasks and their modules print goes to standard error. */
  reserveOutput(): void;
  /** Aborted when the reader of the standard output is gone; what is written from then on is dropped. */
  readonly outputClosed: AbortSignal;
  /** The columns that a table may take; Infinity where the output is no terminal. */
  readonly width: number;
  /** True if the standard output shows colours. */
  readonly color: boolean;
  /** True if standard error is a terminal, so that a line may be redrawn. */
  readonly interactive: boolean;
  /** The environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly directory: string;
  /** The words that call the command line, as the user typed them: `deno task scheduler`, `carillon`. */
  readonly program: string;
  /** The zone that times are shown in. */
  readonly timeZone: string;
  /** Resolves to the whole standard input. */
  readInput(): Promise<string>;
}

/** Returns the terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const closed = new AbortController();
  // A reader that has seen enough (`| head`) or a terminal that is gone is no error of the command.
  stdout.on("error", (error) => isClosed(error) ? closed.abort() : raise(error));
  stderr.on("error", (error) => isClosed(error) || raise(error));
  let write = (text: string): void => void stdout.write(text);
  return {
    out: (text) => {
      if (!closed.signal.aborted) write(text);
    },
    err: (text) => void stderr.write(text),
    reserveOutput: () => {
      write = redirectTaskOutput();
    },
    outputClosed: closed.signal,
    width: widthOf(stdout.isTTY ? stdout.columns : undefined, env["COLUMNS"]),
    color: showsColor(env, stdout.isTTY),
    interactive: Boolean(stderr.isTTY) && env["TERM"] !== "dumb",
    environment: env,
    directory: process.cwd(),
    program: programName(process.argv, process.cwd(), env),
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    readInput,
  };
}

/** Resolves when everything written has gone out: a pipe may take it later. */
export async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writable) await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }
}

function widthOf(columns: number | undefined, wanted: string | undefined): number {
  const number = Number(wanted);
  // Some terminals report zero columns.
  return columns || (Number.isInteger(number) && number > 0 ? number : Infinity);
}

/** `NO_COLOR` wins over everything, `FORCE_COLOR` over the kind of the output. */
function showsColor(env: Terminal["environment"], isTTY: boolean | undefined): boolean {
  if (env["NO_COLOR"]) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0";
  return Boolean(isTTY) && env["TERM"] !== "dumb";
}

async function readInput(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

/** The codes of errors of a stream whose other end is gone. */
const CLOSED_CODES = ["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"];

function isClosed({ code }: Error & { readonly code?: string }): boolean {
  return code !== undefined && CLOSED_CODES.includes(code);
}

function raise(error: Error): never {
  throw error;
}

/** Returns the words that call this program, for help and messages. */
export function programName(
  [runtime = "", script = ""]: readonly string[],
  directory: string,
  env: Terminal["environment"],
): string {
  const name = basename(script);
  if (!/\.[cm]?[jt]s$/.test(name)) return name || "carillon";
  const path = relative(directory, script);
  const shown = path.startsWith("..") ? script : path;
  const command = basename(runtime).replace(/\.exe$/, "");
  if (command !== "deno") return `${command} ${shown}`;
  // `deno task` says so by these variables.
  const byTask = env["INIT_CWD"] !== undefined && env["npm_config_user_agent"]?.startsWith("deno/");
  return byTask ? "deno task scheduler" : `deno run -A ${shown}`;
}
