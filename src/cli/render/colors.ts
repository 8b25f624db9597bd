/** A colour or weight of a string. */
export type Tone = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const codes: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Returns a string in a tone. */
export type Paint = (text: string, tone: Tone | undefined) => string;

/** Returns a painter for a terminal with colours, or one that leaves strings as they are. */
export function painter(color: boolean): Paint {
  return (text, tone) => {
    if (!color || tone === undefined || text === "") return text;
    const [on, off] = codes[tone];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
