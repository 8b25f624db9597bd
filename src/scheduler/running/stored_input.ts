import { CarillonError, isCarillonError, messageOf } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { MaybePromise } from "../../model/maybe_promise.ts";
import type { Payload } from "../../model/payload.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import { validateInput } from "../../registry/validate.ts";
import { decodePayload, encodePayload } from "../../serializers/payload.ts";
import type { Serializer } from "../../serializers/serializer.ts";

/** A job's input as its task's code takes it. */
export interface StoredInput {
  /** The input that the function gets. */
  readonly input: unknown;
  /** The same before validation changed it, for executors in other threads and processes. */
  readonly payload: Payload | null;
}

type Versioned = Pick<JobRecord, "input" | "taskVersion">;

/**
 * Reads a job's input: decoded, brought from the version it was added with to that of the code, and checked. Throws an
 * error whose message states why this code cannot run the job. Returns a promise only where the task's code does.
 */
export function storedInput(
  task: RegisteredTask,
  job: Versioned,
  serializer: Serializer,
): MaybePromise<StoredInput> {
  const decoded = decodedInput(job.input, serializer);
  if (task.migrate === undefined || job.taskVersion === task.version) {
    return checkedInput(task, job, decoded, job.input);
  }
  return migrated(task, decoded, job.taskVersion)
    .then((current) => checkedInput(task, job, current, encodePayload(current, serializer)));
}

function checkedInput(
  task: RegisteredTask,
  job: Versioned,
  value: unknown,
  payload: Payload | null,
): MaybePromise<StoredInput> {
  let input;
  try {
    input = validateInput(task, value);
  } catch (error) {
    throw explained(task, job, error);
  }
  return input instanceof Promise ? checkedLater(task, job, input, payload) : { input, payload };
}

async function checkedLater(
  task: RegisteredTask,
  job: Versioned,
  coming: Promise<unknown>,
  payload: Payload | null,
): Promise<StoredInput> {
  try {
    return { input: await coming, payload };
  } catch (error) {
    throw explained(task, job, error);
  }
}

function explained(task: RegisteredTask, job: Versioned, error: unknown): unknown {
  return isCarillonError(error, "invalidInput") ? noLongerFits(task, job, error) : error;
}

function decodedInput(payload: Payload | null, serializer: Serializer): unknown {
  try {
    return decodePayload(payload, [serializer]);
  } catch (error) {
    throw new CarillonError("invalidInput", `the stored input cannot be decoded: ${messageOf(error)}`);
  }
}

async function migrated(task: RegisteredTask, value: unknown, fromVersion: number): Promise<unknown> {
  try {
    return await task.migrate!(value, fromVersion);
  } catch (error) {
    const steps = `from version ${fromVersion} to ${task.version}`;
    throw new CarillonError(
      "invalidInput",
      `migrating the stored input ${steps} failed: ${messageOf(error)}`,
    );
  }
}

function noLongerFits(task: RegisteredTask, job: Versioned, error: CarillonError): CarillonError {
  const hint = task.migrate === undefined && job.taskVersion < task.version
    ? `; give the task a 'migrate' from version ${job.taskVersion}`
    : "";
  const message = `the stored input no longer fits the task: ${error.message}${hint}`;
  return new CarillonError("invalidInput", message, { details: error.details });
}
