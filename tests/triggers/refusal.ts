import assert from "node:assert/strict";
import { isCarillonError } from "../../src/errors.ts";
import type { CarillonError, ErrorCode } from "../../src/errors.ts";

/** Runs what must be refused, and gives the error. */
export function refusal(make: () => unknown, code: ErrorCode = "invalidTrigger", at = ""): CarillonError {
  let made: unknown;
  try {
    made = make();
  } catch (error) {
    if (!isCarillonError(error, code)) throw error;
    assert.ok(!error.message.endsWith("."), `${error.message} ends with a full stop`);
    return error;
  }
  return assert.fail(`${at} was not refused: ${JSON.stringify(made)}`);
}
