import { CarillonError, messageOf } from "../errors.ts";

/** Reads a job's input as it was typed: JSON. Throws `invalidInput`, naming the place and what was expected. */
export function inputFromText(text: string | undefined, taskName: string): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    throw new CarillonError(
      "invalidInput",
      `Input of task '${taskName}' is not JSON: ${
        messageOf(cause)
      }; write it in quotes as in '{"userId":"ada"}', ` +
        `but got '${shown}'`,
      { details: { taskName, text }, cause },
    );
  }
}
