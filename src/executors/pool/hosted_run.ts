import type { BatchContext } from "../../context/batch_context.ts";
import { runInJobContext } from "../../context/job_context.ts";
import { revivedError } from "../../model/stored_error.ts";
import { batchResult, batchResults } from "../../registry/batch_results.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import { validateInput, validateOutput } from "../../registry/validate.ts";
import { decodePayload, encodePayload } from "../../serializers/payload.ts";
import type { Serializer } from "../../serializers/serializer.ts";
import { HostedJob } from "./hosted_job.ts";
import type { LoadedTasks } from "./loaded_tasks.ts";
import type { JobReport, ToHost } from "./messages.ts";

type RunMessage = Extract<ToHost, { readonly type: "run" }>;
type AbortMessage = Extract<ToHost, { readonly type: "abort" }>;

/** One call of a task's function in a thread or child process, for one job or for a batch. */
export class HostedRun {
  readonly #message: RunMessage;
  readonly #jobs: readonly HostedJob[];
  /** Aborted once all jobs that are not over are to stop. */
  readonly #controller = new AbortController();

  constructor(message: RunMessage, memoryBytes: () => number, send: (report: JobReport) => void) {
    const { run, jobs } = message;
    this.#message = message;
    this.#jobs = jobs.map((job, index) =>
      new HostedJob(job, memoryBytes, (report) => send({ ...report, run, index }))
    );
  }

  abort({ run, index, reason }: AbortMessage): void {
    if (run !== this.#message.run) return;
    const error = revivedError(reason);
    this.#jobs[index]?.abort(error);
    if (!this.#jobs.some((job) => job.goesOn)) this.#controller.abort(error);
  }

  /** Tells the end of each job that was not told of yet. */
  failed(error: unknown, isUnusable = false): void {
    for (const job of this.#jobs) job.threw(error, isUnusable);
  }

  /** Calls the function, and tells how each job ended. Throws what none of them is to blame for. */
  async call(loaded: LoadedTasks): Promise<void> {
    const { isBatch, serializer, jobs: [first] } = this.#message;
    if (first === undefined) return;
    for (const job of this.#jobs) job.know(loaded.serializers);
    const task = loaded.task(first.job.taskName);
    const writer = loaded.serializer(serializer);
    if (isBatch) return await this.#callBatch(task, loaded, writer);
    const [job] = this.#jobs as [HostedJob];
    const input = await inputOf(task, job, loaded);
    await settle(job, task, writer, () => runInJobContext(job.context, () => task.call(input, job.context)));
  }

  async #callBatch(task: RegisteredTask, loaded: LoadedTasks, writer: Serializer): Promise<void> {
    const read = await Promise.all(this.#jobs.map(async (job) => {
      try {
        return [{ job, input: await inputOf(task, job, loaded) }];
      } catch (error) {
        job.threw(error);
        return [];
      }
    }));
    const members = read.flat();
    if (members.length === 0) return;
    const jobs = members.map(({ job, input }) => job.seen(input));
    const context: BatchContext = { jobs, signal: this.#controller.signal };
    const answer = await task.call(members.map(({ input }) => input), context);
    const results = await batchResults(task, answer, members.length);
    await Promise.all(
      members.map(({ job }, index) => settle(job, task, writer, () => batchResult(results[index]))),
    );
  }
}

async function inputOf(task: RegisteredTask, { message }: HostedJob, loaded: LoadedTasks): Promise<unknown> {
  return await validateInput(task, decodePayload(message.input, loaded.serializers));
}

/** Tells how a job ended. */
async function settle(
  job: HostedJob,
  task: RegisteredTask,
  writer: Serializer,
  result: () => unknown,
): Promise<void> {
  try {
    const value = await validateOutput(task, await result());
    job.returned(encodePayload(value, writer));
  } catch (error) {
    job.threw(error);
  }
}
