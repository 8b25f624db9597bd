const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// deno-lint-ignore no-control-regex -- terminals are told colours by control characters
const COLORS = /\u001b\[[0-9;]*m/g;
/** East Asian scripts and pictures take two columns; what combines with the character before takes none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** How many columns of a terminal a text takes. Colours take none. */
export function textWidth(text: string): number {
  const plain = text.replace(COLORS, "");
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of graphemes.segment(plain)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text in at most so many columns; what was cut off leaves an ellipsis. Not for coloured text. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let cut = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += textWidth(segment);
    if (used > width - 1) break;
    cut += segment;
  }
  return width < 1 ? "" : `${cut}…`;
}

/** The text, filled with blanks to so many columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}
