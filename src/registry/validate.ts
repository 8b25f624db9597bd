import { CarillonError, type ErrorCode, messageOf } from "../errors.ts";
import { isPromiseLike, type MaybePromise } from "../model/maybe_promise.ts";
import type { StandardSchema, StandardSchemaIssue, StandardSchemaResult } from "../model/standard_schema.ts";
import type { RegisteredTask } from "./registered_task.ts";

/** How many issues the message tells; all of them are in the error's details. */
const ISSUES_SHOWN_MAX = 5;

/** One thing that is wrong with an input or result, in the details of the error. */
export interface ValidationIssue {
  /** Where in the value, as `users[0].name`; empty for the value itself. */
  readonly path: string;
  /** What is wrong, for people. */
  readonly message: string;
}

/**
 * What a task's input schema makes of a value: what its function gets. Without a schema, the value itself. Store
 * the value as it was given, not this: it is validated again when the job runs, and a schema need not accept
 * its own output.
 *
 * A promise only where the schema answers one. Throws `invalidInput` with all issues in `details.issues`.
 */
export function validateInput(task: RegisteredTask, value: unknown): MaybePromise<unknown> {
  if (task.input !== undefined) return validate(task.input, value, "invalidInput", task);
  if (task.takesInput || value === undefined) return value;
  throw new CarillonError(
    "invalidInput",
    `Task '${task.name}' takes no input, but got one; give the task an 'input' schema, or leave the input out`,
    { details: { taskName: task.name, issues: [{ path: "", message: "No input is taken" }] } },
  );
}

/**
 * What a task's output schema makes of a result: what is stored, and what callers get. Without a schema, the
 * result itself.
 *
 * A promise only where the schema answers one. Throws `invalidOutput` with all issues in `details.issues`.
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
  } catch (cause) {
    throw schemaThrew(code, task, cause);
  }
  if (!isPromiseLike(result)) return accepted(result, code, task);
  return Promise.resolve(result).then(
    (later) => accepted(later, code, task),
    (cause) => {
      throw schemaThrew(code, task, cause);
    },
  );
}

/** The value as the schema made it. Throws where it found something wrong. */
function accepted(result: StandardSchemaResult<unknown>, code: Code, task: RegisteredTask): unknown {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(plainIssue);
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
  const path = keys.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("");
  return { path: path.replace(/^\./, ""), message: issue.message };
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
 * What a batch function answered, once there is one result for each input. Throws `invalidOutput`.
 */
export async function batchResults(
  { name }: Pick<RegisteredTask, "name">,
  answer: unknown,
  count: number,
): Promise<readonly unknown[]> {
  if (Array.isArray(answer) && answer.length === count) return answer;
  // Nobody waits for what is in the list any more: it must not fail unheard.
  if (Array.isArray(answer)) await Promise.allSettled(answer);
  const got = Array.isArray(answer) ? `a list of ${answer.length}` : `a value of type ${typeof answer}`;
  const inputs = `${count} ${count === 1 ? "input" : "inputs"}`;
  throw new CarillonError(
    "invalidOutput",
    `Batch task '${name}' must answer a list with a result for each of its ${inputs}, but answered ${got}; ` +
      "put an Error in the place of what failed",
    { details: { taskName: name, inputs: count } },
  );
}

/** One result of a batch; throws where an error stands in its place. */
export async function batchResult(result: unknown): Promise<unknown> {
  const value = await result;
  if (value instanceof Error) throw value;
  return value;
}
