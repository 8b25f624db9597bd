/** Returns a string of at most `max` characters; a longer one is cut and ends with an ellipsis. */
export function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}

/**
 * The fields of a log line as JSON of at most about `max` characters. User code may put anything into them: values
 * without a JSON form become strings, and fields that cannot be read or are too long leave a note.
 */
export function fieldsJson(fields: Readonly<Record<string, unknown>>, max: number): string {
  try {
    const json = JSON.stringify(fields, withoutRichValues);
    return json.length <= max ? json : JSON.stringify({ clipped: clip(json, max) });
  } catch {
    return JSON.stringify({ unreadable: "the fields are no plain values" });
  }
}

function withoutRichValues(_key: string, value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === "bigint" || typeof value === "symbol" ? String(value) : value;
}
