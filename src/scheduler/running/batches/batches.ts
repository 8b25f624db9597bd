import type { TaskContext } from "../../../context/task_context.ts";
import type { Executor } from "../../../executors/executor.ts";
import type { RegisteredTask } from "../../../registry/registered_task.ts";
import type { Environment } from "../../environment.ts";
import { crossing } from "../executor_run.ts";
import type { JobRun } from "../job_run.ts";
import { jobSeen, type RunAnswer } from "../middleware_chain.ts";
import type { Prepared } from "../run_preparation.ts";
import { BatchGroup } from "./batch_group.ts";
import { BatchMember } from "./batch_member.ts";

/** A job that is to run in a batch. */
export interface BatchEntry {
  readonly run: JobRun;
  readonly prepared: Prepared;
  readonly context: TaskContext;
  readonly executor: Executor;
  /** The function starts: its time counts from here. */
  readonly started: () => void;
}

/** Puts the jobs of batch tasks together, for the jobs of one store. */
export class Batches {
  readonly #environment: Environment;
  readonly #stop: (run: JobRun) => void;
  readonly #groups = new Map<RegisteredTask, Map<Executor, BatchGroup>>();
  #takesNone = false;

  /** `stop` tells a run to stop, as its scheduler does. */
  constructor(environment: Environment, stop: (run: JobRun) => void) {
    this.#environment = environment;
    this.#stop = stop;
  }

  /** Runs a job among others; settles with its own end. */
  run({ run, prepared, context, executor, started }: BatchEntry): Promise<RunAnswer> {
    const { task, input, settings } = prepared;
    if (this.#takesNone) this.#stop(run);
    const { serializer } = this.#environment;
    const seen = jobSeen(context, input);
    const member = new BatchMember({
      run,
      crossing: crossing(run, prepared, context),
      seen,
      serializer,
      started,
    });
    if (!member.isOver) {
      const group = this.#groupOf(task, executor);
      run.terminate = () => group.terminate(member);
      group.maxCalls = settings.maxRunningJobs ?? Infinity;
      group.join(member);
    }
    return member.ended;
  }

  /** Hands back what waits for others, and what comes until `takeAgain`: it has not begun. */
  handBack(): void {
    this.#takesNone = true;
    const groups = [...this.#groups.values()].flatMap((byExecutor) => [...byExecutor.values()]);
    for (const { run } of groups.flatMap((group) => group.waiting())) this.#stop(run);
  }

  /** Lets jobs wait for others again. */
  takeAgain(): void {
    this.#takesNone = false;
  }

  #groupOf(task: RegisteredTask, executor: Executor): BatchGroup {
    const byExecutor = this.#groups.get(task) ?? new Map<Executor, BatchGroup>();
    this.#groups.set(task, byExecutor);
    const there = byExecutor.get(executor);
    if (there !== undefined) return there;
    const onIdle = () => {
      if (byExecutor.get(executor) !== group) return;
      byExecutor.delete(executor);
      if (byExecutor.size === 0) this.#groups.delete(task);
    };
    const group = new BatchGroup({ task, executor, environment: this.#environment, onIdle });
    byExecutor.set(executor, group);
    return group;
  }
}
