/** The end of a line of a stack: a file (by path or address), line and column. */
const FRAME = /(?:\(|^at (?:async )?)(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/]|https?:\/\/)[^()]*):(\d+):\d+\)?$/;

/**
 * Where the caller of a function is, as `file:line`, from a stack; undefined where the runtime does not say.
 * `above` is that function: its own frame and those below are left out. (It must not call this in its last
 * `return`: Bun makes that a tail call, and the frame is gone.)
 */
export function definitionPlace(above: (...args: never[]) => unknown): string | undefined {
  const { captureStackTrace } = Error as { captureStackTrace?: (holder: object, above: unknown) => void };
  const holder: { stack?: string } = {};
  captureStackTrace?.(holder, above);
  for (const line of (holder.stack ?? "").split("\n")) {
    const frame = FRAME.exec(line.trim());
    if (frame) return `${frame[1]}:${frame[2]}`;
  }
  return undefined;
}
