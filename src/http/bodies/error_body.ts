import type { StoredError } from "../../model/job_record.ts";

/** What a job ended with, as JSON. The stack stays where it is: it tells about the server's insides. */
export interface ErrorBody {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  readonly cause: ErrorBody | null;
}

/** An error of a job as JSON; null for none. */
export function errorBody(error: StoredError | undefined): ErrorBody | null {
  if (error === undefined) return null;
  const { name, message, code, cause } = error;
  return { name, message, code: code ?? null, cause: errorBody(cause) };
}
