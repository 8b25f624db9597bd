import { CarillonError, messageOf } from "../../../errors.ts";
import { guardConstraint, GuardFailure } from "../../sqlite/session/session.ts";
import { meaningOf, resultCodes } from "../native/native_errors.ts";

/**
 * The outcome of the transaction of a failed call:
 * - `definite`: undone, and it would be undone again.
 * - `notApplied`: undone, because another transaction was in the way.
 * - `unknown`: it is unknown whether it was committed; asking again is harmless, because steps are repeatable.
 */
export type FailureKind = "definite" | "notApplied" | "unknown";

interface ClientError {
  readonly code?: unknown;
  readonly rawCode?: unknown;
  readonly statementIndex?: unknown;
  readonly cause?: { readonly status?: unknown };
}

/** Codes of transactions that were undone because another connection held the lock, or that waited for too long. */
const inTheWay = /^(SQLITE_(BUSY|LOCKED|PROTOCOL)|TRANSACTION_|STREAM_EXPIRED)/;
/** Codes by which a database or a client refuses what it was given. */
const refusals = /^(SQLITE_|SQL_|ARGS_INVALID|RESPONSE_TOO_LARGE|AUTH_|CLIENT_CLOSED|URL_)/;
/** Codes that are about one statement; the rest of its transaction could have been committed. */
const ownFaults =
  /^(SQLITE_(CONSTRAINT|ERROR|UNKNOWN|MISMATCH|TOOBIG|RANGE)|SQL_|ARGS_INVALID|RESPONSE_TOO_LARGE)/;

/** Classes an error of a client. What is not known is of unknown outcome: it may have happened on the way back. */
export function kindOfFailure(error: unknown): FailureKind {
  // What was refused here was not sent at all.
  if (error instanceof CarillonError && !error.retryable) return "definite";
  const code = codeOf(error);
  if (inTheWay.test(code)) return "notApplied";
  // What JavaScript itself refuses to bind or to read never left this process, or was rolled back.
  if (refusals.test(code) || isRefusedToken(error) || error instanceof RangeError) return "definite";
  return "unknown";
}

/** True if the error is about one statement only; then the other steps of its call can be written without it. */
export function isOneStatementsFault(error: unknown): boolean {
  return ownFaults.test(codeOf(error)) || error instanceof RangeError;
}

/** Which statement of its batch failed, where that is known: an answer that is too large is that of all together. */
export function guiltyStatement(error: unknown): number | undefined {
  if (codeOf(error) === "RESPONSE_TOO_LARGE") return undefined;
  const index = (error as ClientError | null)?.statementIndex;
  return typeof index === "number" ? index : undefined;
}

/** Returns what an error of a client means: a {@linkcode CarillonError}, or a guard that did not hold. */
export function clientMeaning(error: unknown, location: string): Error {
  if (error instanceof CarillonError) return error;
  const text = messageOf(error);
  if (text.includes(guardConstraint)) return new GuardFailure();
  if (isRefusedToken(error)) {
    return unavailable(location, false, `it refuses the token; check authToken, it may have expired`, error);
  }
  const code = codeOf(error);
  if (inTheWay.test(code)) return native(error, resultCodes.busy, location);
  const known = tooBig.test(text)
    ? resultCodes.tooBig
    : sqliteCodes.find(([name]) => code.startsWith(name))?.[1];
  if (known !== undefined || typeof (error as ClientError)?.rawCode === "number") {
    return native(error, known, location);
  }
  if (kindOfFailure(error) === "definite") return native(error, undefined, location);
  return unavailable(location, true, "it cannot be reached, or did not answer", error);
}

/** The words of a server for an argument that is too long, under a code that says something else. */
const tooBig = /string or blob too big/;

/** Codes of SQLite that say more than that a statement was refused. */
const sqliteCodes: readonly (readonly [name: string, resultCode: number])[] = [
  ["SQLITE_READONLY", resultCodes.readOnly],
  ["SQLITE_IOERR", resultCodes.io],
  ["SQLITE_CORRUPT", resultCodes.corrupt],
  ["SQLITE_FULL", resultCodes.full],
  ["SQLITE_CANTOPEN", resultCodes.cannotOpen],
  ["SQLITE_NOTADB", resultCodes.notADatabase],
  ["SQLITE_TOOBIG", resultCodes.tooBig],
  ["RESPONSE_TOO_LARGE", resultCodes.tooBig],
];

function native(error: unknown, rawCode: number | undefined, location: string): Error {
  const told = { message: messageOf(error), ...(rawCode === undefined ? {} : { rawCode }) };
  return meaningOf(rawCode === undefined ? error : Object.assign(new Error(told.message), told), location);
}

function unavailable(location: string, retryable: boolean, rule: string, cause: unknown): CarillonError {
  return new CarillonError(
    "storeUnavailable",
    `Cannot use the store ${location}: ${rule} (${messageOf(cause)})`,
    { details: { location }, cause, retryable },
  );
}

function isRefusedToken(error: unknown): boolean {
  const { cause } = (error ?? {}) as ClientError;
  return codeOf(error).startsWith("AUTH_") || cause?.status === 401 || cause?.status === 403;
}

function codeOf(error: unknown): string {
  const code = (error as ClientError | null)?.code;
  return typeof code === "string" ? code : "";
}
