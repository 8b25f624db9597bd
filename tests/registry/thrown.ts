import assert from "node:assert/strict";
import { CarillonError, type ErrorCode } from "../../src/errors.ts";

/** The error of this code that a call throws; fails when it throws none or another one. */
export function thrown(call: () => unknown, code: ErrorCode): CarillonError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof CarillonError, `a CarillonError was expected, but got ${error}`);
    assert.equal(error.code, code, error.message);
    assert.doesNotMatch(error.message, /\.$/, "no full stop");
    return error;
  }
  return assert.fail(`${code} was expected, but nothing was thrown`);
}
