import type { MiddlewareJob } from "../../../context/task_context.ts";
import type { BatchedRun } from "../../../executors/executor.ts";
import type { JobFacts } from "../../../model/job_record.ts";
import type { Payload } from "../../../model/payload.ts";
import { decodePayload } from "../../../serializers/payload.ts";
import type { Serializer } from "../../../serializers/serializer.ts";
import type { Crossing } from "../executor_run.ts";
import type { JobRun } from "../job_run.ts";
import type { RunAnswer } from "../middleware_chain.ts";

/** What a job brings into a batch. */
export interface BatchMemberOptions {
  readonly run: JobRun;
  readonly crossing: Crossing;
  /** As the function sees it. */
  readonly seen: MiddlewareJob;
  readonly serializer: Serializer;
  /** The function starts: its time counts from here. */
  readonly started: () => void;
}

/** A job that is to run in a batch, from when it waits for one to its own end. */
export class BatchMember implements BatchedRun {
  /** Called when it is told to stop before it has started. */
  onGone: () => void = () => {};
  readonly #options: BatchMemberOptions;
  readonly #ended = Promise.withResolvers<RunAnswer>();
  #isOver = false;

  constructor(options: BatchMemberOptions) {
    this.#options = options;
    this.signal.addEventListener("abort", this.#giveUp, { once: true });
    if (this.signal.aborted) this.#giveUp();
  }

  get run(): JobRun {
    return this.#options.run;
  }

  get seen(): MiddlewareJob {
    return this.#options.seen;
  }

  get job(): JobFacts {
    return this.#options.crossing.job;
  }

  get input(): Payload | null {
    return this.#options.crossing.input;
  }

  get signal(): AbortSignal {
    return this.#options.crossing.signal;
  }

  /** Its result, or its error. */
  get ended(): Promise<RunAnswer> {
    return this.#ended.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The function starts, with this job among others. */
  started(): void {
    this.signal.removeEventListener("abort", this.#giveUp);
    this.#options.started();
  }

  readonly log: BatchedRun["log"] = (...line) => {
    if (!this.#isOver) this.#options.crossing.log(...line);
  };

  readonly progress: BatchedRun["progress"] = (...report) => {
    if (!this.#isOver) this.#options.crossing.progress(...report);
  };

  readonly returned = (payload: Payload | null): void => {
    this.answered({ payload, value: decodePayload(payload, [this.#options.serializer]) });
  };

  readonly threw = (error: unknown): void => {
    this.#isOver = true;
    this.#ended.reject(error);
  };

  /** Its result, where the function ran in this process. */
  answered(answer: RunAnswer): void {
    this.#isOver = true;
    this.#ended.resolve(answer);
  }

  readonly #giveUp = () => {
    if (this.#isOver) return;
    this.threw(this.signal.reason);
    this.onGone();
  };
}
