import type { MiddlewareJob } from "../../../context/task_context.ts";
import type { BatchedRun } from "../../../executors/executor.ts";
import type { JobFacts } from "../../../model/job_record.ts";
import type { Payload } from "../../../model/payload.ts";
import type { Serializer } from "../../../serializers/serializer.ts";
import { answerOf, type Crossing } from "../executor_run.ts";
import type { JobRun } from "../job_run.ts";
import type { RunAnswer } from "../middleware_chain.ts";
import type { RunGuards } from "../run_guards.ts";

/** The parts of a job that runs in a batch. */
export interface BatchMemberParts {
  readonly run: JobRun;
  readonly crossing: Crossing;
  /** The job as the function sees it. */
  readonly seen: MiddlewareJob;
  readonly serializer: Serializer;
  readonly guards: RunGuards;
}

/** The group in which a job waits for a call. */
export interface BatchMemberGroup {
  /** The job must stop before it has started. */
  forget(member: BatchMember): void;
}

/** A job that is to run in a batch, from when it waits for one to its own end. */
export class BatchMember implements BatchedRun {
  /** Where it waits, once it does. */
  group: BatchMemberGroup | undefined;
  readonly #parts: BatchMemberParts;
  readonly #ended = Promise.withResolvers<RunAnswer>();
  #isOver = false;

  constructor(parts: BatchMemberParts) {
    this.#parts = parts;
    this.signal.addEventListener("abort", this.#giveUp, { once: true });
    if (this.signal.aborted) this.#giveUp();
  }

  get run(): JobRun {
    return this.#parts.run;
  }

  get seen(): MiddlewareJob {
    return this.#parts.seen;
  }

  get job(): JobFacts {
    return this.#parts.crossing.job;
  }

  get input(): Payload | null {
    return this.#parts.crossing.input;
  }

  get signal(): AbortSignal {
    return this.#parts.crossing.signal;
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
    this.#parts.guards.started();
  }

  readonly log: BatchedRun["log"] = (...line) => {
    if (!this.#isOver) this.#parts.crossing.log(...line);
  };

  readonly progress: BatchedRun["progress"] = (...report) => {
    if (!this.#isOver) this.#parts.crossing.progress(...report);
  };

  readonly returned = (payload: Payload | null): void => {
    try {
      this.answered(answerOf(payload, this.#parts.serializer));
    } catch (error) {
      this.threw(error);
    }
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
    this.group?.forget(this);
  };
}
