/** Where tasks print: `console.log` and the like write on the standard output, unless a command keeps that for its result. */
import { Console } from "node:console";
import process from "node:process";

let writeOutput: ((text: string) => void) | undefined;

/** True if what tasks print goes to standard error. */
export function isTaskOutputRedirected(): boolean {
  return writeOutput !== undefined;
}

/**
 * Has everything in this process that prints on the standard output print on standard error, and so in the threads and
 * processes that are made later. Returns a function that still writes on the standard output.
 */
export function redirectTaskOutput(): (text: string) => void {
  if (writeOutput !== undefined) return writeOutput;
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  const printer = new Console({ stdout: stderr, stderr });
  for (const name of PRINTING) globalThis.console[name] = printer[name].bind(printer) as () => void;
  return writeOutput = (text) => void write(text);
}

/** The methods of `console` that print on the standard output. */
const PRINTING = [
  "log",
  "info",
  "debug",
  "dir",
  "dirxml",
  "table",
  "group",
  "groupCollapsed",
  "groupEnd",
  "count",
  "timeEnd",
  "timeLog",
] as const;
