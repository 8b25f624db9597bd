import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { StoredError } from "../../model/job_record.ts";

/** Frames of packages, of the runtimes and of Carillon: they say nothing about what the user wrote. */
const FOREIGN =
  /[/\\]node_modules[/\\]|(?:\(|\s)(?:node|ext|deno|bun|internal):|https?:\/\/|\(?native\b|<anonymous>\)?$/;
const OWN_SOURCE = new URL("../../", import.meta.url).href;

/** Returns what a task threw: class and message, the lines of the user's own code, and the causes. */
export function errorLines(error: StoredError, directory: string): readonly string[] {
  const { name, message, code, stack = "", cause } = error;
  const known = code === undefined || message.includes(code) ? "" : ` (${code})`;
  return [
    `${name}: ${message}${known}`,
    ...userFrames(stack, directory).map((frame) => `  ${frame}`),
    ...(cause === undefined
      ? []
      : errorLines(cause, directory).map((text, i) => i === 0 ? `caused by ${text}` : text)),
  ];
}

/** Returns the lines of a stack that are the user's own code, their paths as seen from a folder. */
function userFrames(stack: string, directory: string): readonly string[] {
  return stack.split("\n").map((text) => text.trim())
    .filter((text) =>
      /^at\s.*:\d+:\d+\)?$/.test(text) && !FOREIGN.test(text) && !text.includes(ownSource(text))
    )
    .map((text) => text.replace(/file:\/\/[^\s)]+?(?=:\d+:\d+)/, (url) => pathOf(url)))
    .map((text) => text.replace(/(?<=[\s(])\/[^\s)]+?(?=:\d+:\d+)/, (path) => shortened(path, directory)));
}

/** Stacks name files by their addresses, or by their paths, as the runtime likes. */
function ownSource(frame: string): string {
  return frame.includes("file://") ? OWN_SOURCE : pathOf(OWN_SOURCE);
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

function shortened(path: string, directory: string): string {
  const inside = relative(directory, path);
  return inside.startsWith("..") || inside === "" ? path : inside;
}
