import process from "node:process";
import type { Terminal } from "./terminal.ts";

/** The streams of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on("error", endWhenNobodyReads);
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

/** Waits until what was written has really gone out: a pipe may take it later. */
export async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }
}

function widthOf(columns: number | undefined, wanted: string | undefined): number {
  const said = Number(wanted);
  // Some terminals say that they have no columns at all.
  return columns || (Number.isInteger(said) && said > 0 ? said : Infinity);
}

/** `NO_COLOR` wins over everything, `FORCE_COLOR` over what the output is. */
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
function endWhenNobodyReads(error: Error & { readonly code?: string }): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}
