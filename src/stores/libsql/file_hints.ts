import process from "node:process";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Calls back when something was written to a database file or its log. That is a hint to look, not yet a commit, and it
 * does not come from every file system. Answers how to stop; undefined where files cannot be watched.
 */
export function fileHints(url: string, onHint: () => void): (() => void) | undefined {
  try {
    // Loaded when first needed: on Deno a static import makes a crash of the native binding at the end of test files likely.
    const { watch } = process.getBuiltinModule("node:fs");
    const path = pathOf(url);
    const name = basename(path);
    // The log comes and goes; its folder stays.
    const watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || String(file).startsWith(name)) onHint();
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return undefined;
  }
}

function pathOf(url: string): string {
  const bare = url.replace(/[?#].*$/, "");
  return bare.startsWith("file://") ? fileURLToPath(bare) : decodeURIComponent(bare.slice("file:".length));
}
