import { CarillonError, type ErrorCode, isCarillonError, messageOf } from "../errors.ts";
import { EXIT_FAILED, exitCodes } from "./exit_codes.ts";
import { painter } from "./render/colors.ts";
import { toJson } from "./render/json_text.ts";
import { printable } from "../model/printable.ts";
import { textWidth } from "./render/text_width.ts";
import type { Terminal } from "./terminal.ts";

/** Options of {@linkcode reportError}. */
export interface ErrorReportOptions {
  /** Write the error as JSON on the standard output too, for machines. */
  readonly json: boolean;
  /** Show stacks and causes. */
  readonly verbose: boolean;
}

/** Writes an error, in one line unless it has more to show. Returns the exit code. */
export function reportError(error: unknown, terminal: Terminal, options: ErrorReportOptions): number {
  const code = codeOf(error);
  const message = (code === "internal" ? `Internal error: ${messageOf(error)}` : messageOf(error)) +
    helpHint(error, terminal);
  const paint = painter(terminal.interactive && terminal.color);
  const line = `${paint("error:", "red")} ${printable(message.replace(/\s*\n\s*/g, " "))} ${
    paint(`(${code})`, "dim")
  }\n`;
  terminal.err(line + pointer(error) + listOf(error) + (options.verbose ? stackText(error) : ""));
  if (options.json) terminal.out(`${toJson({ error: errorJson(error, code, message) })}\n`);
  return error instanceof CarillonError ? exitCodes[code] : EXIT_FAILED;
}

/** Names the command whose help shows how it is used, as the user types it. */
function helpHint(error: unknown, { program }: Terminal): string {
  if (!isCarillonError(error, "usage")) return "";
  const { command } = error.details;
  return `; see '${[program, "help", command].filter(Boolean).join(" ")}'`;
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof CarillonError ? error.code : "internal";
}

/** Returns the source text of an error, with a caret under the character at fault. */
function pointer(error: unknown): string {
  if (!(error instanceof CarillonError)) return "";
  const { source, position } = error.details;
  if (typeof source !== "string" || typeof position !== "number") return "";
  return `  ${printable(source)}\n  ${" ".repeat(textWidth(printable(source.slice(0, position))))}^\n`;
}

/** Returns the problems of an error that stands for several. */
function listOf(error: unknown): string {
  if (!(error instanceof CarillonError)) return "";
  const { problems } = error.details;
  if (!Array.isArray(problems) || problems.length < 2) return "";
  return problems.map((problem: { readonly message: string }) => `  - ${printable(problem.message)}\n`).join(
    "",
  );
}

/** Returns the stacks of an error and its causes, set in, so that no message in them passes for a line of its own. */
function stackText(error: unknown): string {
  return stackOf(error).trimEnd().split("\n").map((text) => `  ${printable(text)}\n`).join("");
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
