import { CarillonError, type ErrorCode, messageOf } from "../../../errors.ts";
import { guardConstraint, GuardFailure } from "../../sqlite/session/session.ts";

/** SQLite's primary result codes that mean something of their own here. */
export const resultCodes = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  lockingRace: 15,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  range: 25,
  notADatabase: 26,
} as const;

interface NativeError {
  readonly rawCode?: unknown;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly rule: string;
}

const meanings: ReadonlyMap<number, Meaning> = new Map([
  [resultCodes.busy, busy()],
  [resultCodes.locked, busy()],
  [resultCodes.lockingRace, busy()],
  [resultCodes.readOnly, readOnly()],
  [resultCodes.permission, readOnly()],
  [resultCodes.corrupt, corrupt("the file is damaged; restore a backup")],
  [resultCodes.notADatabase, corrupt("the file is not a database; name another file or move it away")],
  [resultCodes.tooBig, meaning("payloadTooLarge", false, "a value is too long for the database")],
  [resultCodes.full, meaning("storeFull", true, "the disk is full; free some space, work then continues")],
  [resultCodes.io, meaning("storeUnavailable", true, "the disk or file system failed")],
  [
    resultCodes.cannotOpen,
    meaning(
      "storeUnavailable",
      false,
      "its folder must exist, and this process must be allowed to write there",
    ),
  ],
]);

/** Returns what an error of the native binding means: a {@linkcode CarillonError}, or a guard that did not hold. */
export function meaningOf(error: unknown, location: string): Error {
  if (error instanceof CarillonError || error instanceof GuardFailure) return error;
  const text = messageOf(error);
  if (text.includes(guardConstraint)) return new GuardFailure();
  const resultCode = resultCodeOf(error);
  const known = meanings.get(resultCode ?? -1);
  const { code, retryable, rule } = known ??
    meaning("storeFailed", false, "the database refused a statement");
  return new CarillonError(code, `Cannot use the store ${location}: ${rule} (${text})`, {
    details: { location, ...(resultCode === undefined ? {} : { resultCode }) },
    cause: error,
    retryable,
  });
}

/** True if another connection holds the lock: the same attempt may succeed in a moment. */
export function isLocked(error: unknown): boolean {
  const locked: readonly number[] = [resultCodes.busy, resultCodes.locked, resultCodes.lockingRace];
  return locked.includes(resultCodeOf(error) ?? -1);
}

/** True if the error is about what one statement was given, and nothing is wrong with the connection. */
export function isStatementsOwnFault(error: unknown): boolean {
  const own: readonly number[] = [
    1,
    resultCodes.constraint,
    resultCodes.mismatch,
    resultCodes.tooBig,
    resultCodes.range,
  ];
  return own.includes(resultCodeOf(error) ?? -1);
}

function resultCodeOf(error: unknown): number | undefined {
  const raw = (error as NativeError | null)?.rawCode;
  if (typeof raw === "number") return raw & 0xff;
  // A connection that cannot be made says its code only in its text.
  const told = /Unable to open connection.*: (\d+)"?\)?$/.exec(messageOf(error))?.[1];
  return told === undefined ? undefined : Number(told) & 0xff;
}

function meaning(code: ErrorCode, retryable: boolean, rule: string): Meaning {
  return { code, retryable, rule };
}

function busy(): Meaning {
  return meaning("storeBusy", true, "another process kept it locked for too long");
}

function readOnly(): Meaning {
  return meaning("storeReadOnly", false, "it can only be read; make the file and its folder writable");
}

function corrupt(rule: string): Meaning {
  return meaning("storeCorrupt", false, rule);
}
