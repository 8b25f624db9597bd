/** A backslash and what it escapes; half of a character is always escaped, and a whole one never. */
const escape = /\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g;

/**
 * A list as the one JSON text that a statement takes it from. Halves of characters (lone surrogates), which texts that
 * were cut off may end with, are replaced, as they are where a text is bound by itself: SQLite would make a text of
 * them that is not valid, and reading such a text back ends the process in the native binding.
 */
export function listText(list: readonly unknown[]): string {
  const text = JSON.stringify(list);
  return text.includes("\\ud") ? text.replace(escape, (found) => found.length > 2 ? "\ufffd" : found) : text;
}
