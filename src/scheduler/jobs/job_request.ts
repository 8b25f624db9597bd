import type { JobOptions } from "../../model/job_options.ts";
import type { JobReference } from "../../model/parents.ts";
import type {
  GivenInput,
  GivenResult,
  InputArgs,
  InputOf,
  ResultOf,
  Task,
  TaskReference,
} from "../../registry/task_types.ts";
import type { JobHandle } from "./handles.ts";

/** Options of a job that is added together with others; they all go to the same store. */
export interface RequestOptions extends Omit<JobOptions, "after" | "transaction" | "store"> {
  /** The jobs it waits for, which may be requested by the same call. @default none */
  readonly after?: readonly (JobReference | JobRequest)[];
}

/** A request for a job: a task, its input, and options of the job. */
export interface JobRequest<Output = unknown> {
  readonly task: TaskReference;
  readonly input: unknown;
  readonly options: RequestOptions;
  /** Only for the compiler. */
  readonly "~output"?: Output;
}

/** The handles of requested jobs, in their order. */
export type RequestedHandles<Requests extends readonly JobRequest[]> = {
  -readonly [Index in keyof Requests]: Requests[Index] extends JobRequest<infer Output> ? JobHandle<Output>
    : never;
};

/**
 * Describes a job to be added with others by `addJobs` or `addBatch`; others of the same call can name it in their
 * `after`.
 *
 * @example A small flow, added in one step
 * ```ts
 * import { jobRequest, Scheduler, task } from "carillon";
 *
 * const fetchAll = task({ name: "fetchAll", run: () => 3 });
 * const report = task({ name: "report", run: (_input, { job }) => job.parents.map(({ value }) => value) });
 * await using scheduler = new Scheduler({ tasks: [fetchAll, report] });
 * const first = jobRequest(fetchAll);
 * const [, reported] = await scheduler.addJobs([first, jobRequest(report, undefined, { after: [first] })]);
 * await scheduler.runUntilIdle();
 * console.assert((await reported.result())[0] === 3);
 * ```
 */
export function jobRequest<T extends Task<unknown, unknown>>(
  task: T,
  input: GivenInput<T>,
  options?: RequestOptions,
): JobRequest<GivenResult<T>>;
/** The same for a decorated method, and without an input. */
export function jobRequest<T extends TaskReference>(
  task: T,
  ...args: InputArgs<InputOf<T>, RequestOptions>
): JobRequest<ResultOf<T>>;
export function jobRequest(task: TaskReference, input?: unknown, options: RequestOptions = {}): JobRequest {
  return Object.freeze({ task, input, options });
}
