import type { BatchContext } from "../../../context/task_context.ts";
import { runInFrame } from "../../../context/current_frame.ts";
import type { ExecutorRun } from "../../../executors/executor.ts";
import { batchResult, batchResults, validateOutput } from "../../../registry/validate.ts";
import type { RegisteredTask } from "../../../registry/registered_task.ts";
import { encodePayload } from "../../../serializers/payload.ts";
import type { Environment } from "../../environment.ts";
import type { BatchMember } from "./batch_member.ts";

/** One call for several jobs. */
export class BatchCall {
  /** The same as an executor sees it. */
  readonly request: ExecutorRun;
  readonly #task: RegisteredTask;
  readonly #environment: Environment;
  /** Aborted once every job that is not over is to stop. */
  readonly #controller = new AbortController();
  #members: readonly BatchMember[];

  /** There is at least one member. */
  constructor(task: RegisteredTask, members: readonly BatchMember[], environment: Environment) {
    this.#task = task;
    this.#members = members;
    this.#environment = environment;
    this.request = {
      job: members[0]!.job,
      input: null,
      serializer: environment.serializer.name,
      signal: this.#controller.signal,
      batch: () => this.#members,
      call: () => this.#call(),
      started: () => this.#started(),
      log: (...line) => this.#members.forEach((member) => member.log(...line)),
      progress: (...report) => this.#members.forEach((member) => member.progress(...report)),
    };
    for (const member of members) this.#watch(member);
  }

  has(member: BatchMember): boolean {
    return this.#members.includes(member);
  }

  /** The call has ended: the jobs whose end was not reported end with this error. */
  end(error: unknown): void {
    for (const member of this.#members) if (!member.isOver) member.threw(error);
  }

  /** The function starts: with those that were not asked to stop while they waited for a place to run in. */
  #started(): void {
    this.#members = this.#members.filter((member) => !member.isOver);
    for (const member of this.#members) member.started();
  }

  async #call(): Promise<null> {
    this.#started();
    const members = this.#members;
    if (members.length === 0) return null;
    const context: BatchContext = { jobs: members.map((member) => member.seen), signal: this.request.signal };
    const inputs = context.jobs.map((job) => job.input);
    // No job is the current one, whichever of them made the call.
    const frame = { scheduler: this.#environment.self, job: undefined, inBatch: true };
    const answer = await runInFrame(frame, () => this.#task.call(inputs, context));
    const results = await batchResults(this.#task, answer, members.length);
    await Promise.all(members.map((member, index) => this.#settle(member, results, index)));
    return null;
  }

  async #settle(member: BatchMember, results: readonly unknown[], index: number): Promise<void> {
    try {
      const value = await validateOutput(this.#task, await batchResult(results[index]));
      member.answered({ payload: encodePayload(value, this.#environment.serializer), value });
    } catch (error) {
      member.threw(error);
    }
  }

  #watch({ signal, ended }: BatchMember): void {
    signal.addEventListener("abort", this.#abortWithAll, { once: true });
    const over = () => {
      signal.removeEventListener("abort", this.#abortWithAll);
      if (this.#members.some((member) => !member.isOver)) this.#abortWithAll();
    };
    ended.then(over, over);
  }

  readonly #abortWithAll = () => {
    const goesOn = this.#members.some((member) => !member.isOver && !member.signal.aborted);
    const aborted = this.#members.find((member) => member.signal.aborted);
    if (!goesOn) this.#controller.abort(aborted?.signal.reason);
  };
}
