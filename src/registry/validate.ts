import { CarillonError, type ErrorCode, isCarillonError, messageOf } from "../errors.ts";
import { isPromiseLike, type MaybePromise } from "../model/maybe_promise.ts";
import type { StandardSchema, StandardSchemaIssue, StandardSchemaResult } from "../model/standard_schema.ts";
import { isError, textOf } from "../untrusted.ts";
import type { RegisteredTask } from "./registered_task.ts";

/** The largest number of issues in the message; all of them are in the error's details. */
const ISSUES_SHOWN_MAX = 5;

/** One thing that is wrong with an input or result, in the details of the error. */
export interface ValidationIssue {
  /** The place in the value, as `users[0].name`; empty for the value itself. */
  readonly path: string;
  /** The issue in words. */
  readonly message: string;
}

/**
 * Validates an input and returns the schema's output, which the function gets. Without a schema, the value itself.
 * Store the value as it was given, not the output: it is validated again when the job runs, and a schema need not
 * accept its own output.
 *
 * Returns a promise only where the schema does. Throws `invalidInput` with all issues in `details.issues`.
 */
export function validateInput(task: RegisteredTask, value: unknown): MaybePromise<unknown> {
  return task.input === undefined ? value : validate(task.input, value, "invalidInput", task);
}

/**
 * Validates a result and returns the schema's output, which is stored and which callers get. Without a schema, the
 * result itself.
 *
 * Returns a promise only where the schema does. Throws `invalidOutput` with all issues in `details.issues`.
 */
export function validateOutput(task: RegisteredTask, value: unknown): MaybePromise<unknown> {
  return task.output === undefined ? value : validate(task.output, value, "invalidOutput", task);
}

type Code = Extract<ErrorCode, "invalidInput" | "invalidOutput">;

function validate(
  schema: StandardSchema,
  value: unknown,
  code: Code,
  task: RegisteredTask,
): MaybePromise<unknown> {
  let result;
  try {
    result = schema["~standard"].validate(value);
    if (!isPromiseLike(result)) return accepted(result, code, task);
  } catch (cause) {
    throw isCarillonError(cause, code) ? cause : schemaThrew(code, task, cause);
  }
  return Promise.resolve(result).then((later) => accepted(later, code, task)).catch((cause) => {
    throw isCarillonError(cause, code) ? cause : schemaThrew(code, task, cause);
  });
}

/** The value as the schema made it. Throws where it found something wrong. */
function accepted(result: StandardSchemaResult<unknown>, code: Code, task: RegisteredTask): unknown {
  const found = result.issues;
  if (found === undefined) return (result as { readonly value: unknown }).value;
  const issues = Array.from(found, plainIssue);
  throw new CarillonError(code, `${whatOf(code, task)} does not fit its schema: ${issuesText(issues)}`, {
    details: { taskName: task.name, issues },
  });
}

function schemaThrew(code: Code, task: RegisteredTask, cause: unknown): CarillonError {
  const message = `${whatOf(code, task)} could not be checked, as its schema threw: ${messageOf(cause)}`;
  return new CarillonError(code, message, { details: { taskName: task.name, issues: [] }, cause });
}

function whatOf(code: Code, task: RegisteredTask): string {
  return `${code === "invalidInput" ? "Input" : "Result"} of task '${task.name}'`;
}

function plainIssue(issue: StandardSchemaIssue): ValidationIssue {
  const keys = (issue.path ?? []).map((part) => typeof part === "object" ? part.key : part);
  const path = keys.map((key) => typeof key === "number" ? `[${key}]` : `.${textOf(key)}`).join("");
  return { path: path.replace(/^\./, ""), message: textOf(issue.message) };
}

function issuesText(issues: readonly ValidationIssue[]): string {
  const shown = issues.slice(0, ISSUES_SHOWN_MAX).map(({ path, message }) => {
    const line = message.replace(/\s+/g, " ").trim();
    return path === "" ? line : `${path}: ${line}`;
  });
  const more = issues.length - shown.length;
  return shown.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

/**
 * Returns the results of a batch function, once there is one for each input. Throws `invalidOutput`.
 */
export async function batchResults(
  { name }: Pick<RegisteredTask, "name">,
  answer: unknown,
  count: number,
): Promise<readonly unknown[]> {
  if (Array.isArray(answer) && answer.length === count) return answer;
  // Nothing awaits the promises in the list after this: no rejection may stay unhandled.
  if (Array.isArray(answer)) await Promise.allSettled(answer);
  const got = Array.isArray(answer) ? `a list of ${answer.length}` : `a value of type ${typeof answer}`;
  const inputs = `${count} ${count === 1 ? "input" : "inputs"}`;
  throw new CarillonError(
    "invalidOutput",
    `Batch task '${name}' must return a list with a result for each of its ${inputs}, but returned ${got}; ` +
      "put an Error in the place of what failed",
    { details: { taskName: name, inputs: count } },
  );
}

/** Resolves to one result of a batch; throws where an error stands in its place. */
export async function batchResult(result: unknown): Promise<unknown> {
  const value = await result;
  if (isError(value)) throw value;
  return value;
}
