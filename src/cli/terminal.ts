import process from "node:process";

/** The streams and the surroundings of a command: the process's own, or a test's. */
export interface Terminal {
  /** Writes to the standard output: the requested data, and nothing else. */
  out(text: string): void;
  /** Writes to the standard error: progress, logs, warnings, errors. */
  err(text: string): void;
  /** The columns that a table may take; Infinity where the output is no terminal. */
  readonly width: number;
  /** True if the standard output shows colours. */
  readonly color: boolean;
  /** True if the standard error is a terminal, so that a line may be redrawn. */
  readonly interactive: boolean;
  /** The environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly directory: string;
  /** The zone that times are shown in. */
  readonly timeZone: string;
  /** Resolves to the whole standard input. */
  readInput(): Promise<string>;
}

/** Returns the terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on("error", endWhenPipeCloses);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    width: widthOf(stdout.isTTY ? stdout.columns : undefined, env["COLUMNS"]),
    color: showsColor(env, stdout.isTTY),
    interactive: Boolean(stderr.isTTY) && env["TERM"] !== "dumb",
    environment: env,
    directory: process.cwd(),
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    readInput,
  };
}

/** Resolves when everything written has gone out: a pipe may take it later. */
export async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
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

/** A reader that has seen enough (`| head`) is no error. */
function endWhenPipeCloses(error: Error & { readonly code?: string }): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}
