import { CarillonError, type ErrorCode, messageOf } from "../errors.ts";
import { EXIT_FAILED, exitCodes } from "./exit_codes.ts";
import { toJson } from "./json_text.ts";
import { painter } from "./render/colors.ts";
import type { Terminal } from "./terminal.ts";

/** How an error is shown. */
export interface ErrorReportOptions {
  /** Machines read the standard output: they get the error as JSON there. */
  readonly json: boolean;
  /** Show stacks and causes. */
  readonly verbose: boolean;
}

/** Says what went wrong, in one line unless there is more to see. Answers the exit code. */
export function reportError(error: unknown, terminal: Terminal, options: ErrorReportOptions): number {
  const code = codeOf(error);
  const message = code === "internal" ? `Internal error: ${messageOf(error)}` : messageOf(error);
  const paint = painter(terminal.interactive && terminal.color);
  const line = `${paint("error:", "red")} ${message.replace(/\s*\n\s*/g, " ")} ${
    paint(`(${code})`, "dim")
  }\n`;
  terminal.err(line + pointer(error) + listOf(error) + (options.verbose ? stackOf(error) : ""));
  if (options.json) terminal.out(`${toJson({ error: errorJson(error, code, message) })}\n`);
  return error instanceof CarillonError ? exitCodes[code] : EXIT_FAILED;
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof CarillonError ? error.code : "internal";
}

/** Where in a text the error is: the text, and a caret under the character. */
function pointer(error: unknown): string {
  if (!(error instanceof CarillonError)) return "";
  const { source, position } = error.details;
  if (typeof source !== "string" || typeof position !== "number") return "";
  return `  ${source}\n  ${" ".repeat(position)}^\n`;
}

/** The problems of an error that stands for several. */
function listOf(error: unknown): string {
  if (!(error instanceof CarillonError)) return "";
  const { problems } = error.details;
  if (!Array.isArray(problems) || problems.length < 2) return "";
  return problems.map((problem: { readonly message: string }) => `  - ${problem.message}\n`).join("");
}

function stackOf(error: unknown, seen = 0): string {
  // A chain of causes that long is a circle.
  if (seen > 10 || !(error instanceof Error)) return "";
  const own = error.stack ?? `${error.name}: ${error.message}`;
  const cause = error.cause === undefined ? "" : `caused by: ${stackOf(error.cause, seen + 1)}`;
  return `${own}\n${cause}`;
}

function errorJson(error: unknown, code: ErrorCode, message: string): object {
  const details = error instanceof CarillonError ? error.details : {};
  const retryable = error instanceof CarillonError && error.retryable;
  return { code, message, details, retryable };
}
