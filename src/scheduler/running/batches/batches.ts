import type { TaskContext } from "../../../context/task_context.ts";
import type { Executor } from "../../../executors/executor.ts";
import type { RegisteredTask } from "../../../registry/registered_task.ts";
import type { Environment } from "../../environment.ts";
import { crossing } from "../executor_run.ts";
import type { JobRun } from "../job_run.ts";
import { jobSeen, type RunAnswer } from "../middleware_chain.ts";
import type { RunGuards } from "../run_guards.ts";
import type { Prepared } from "../run_preparation.ts";
import { BatchGroup, type BatchGroupOwner } from "./batch_group.ts";
import { BatchMember } from "./batch_member.ts";

/** A job that is to run in a batch. */
export interface BatchEntry {
  readonly run: JobRun;
  readonly prepared: Prepared;
  readonly context: TaskContext;
  readonly executor: Executor;
  readonly guards: RunGuards;
}

/** Puts the jobs of batch tasks together, for the jobs of one store. */
export class Batches implements BatchGroupOwner {
  readonly #environment: Environment;
  readonly #groups = new Map<RegisteredTask, Map<Executor, BatchGroup>>();
  #takesNone = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Runs a job among others; settles with its own end. */
  run({ run, prepared, context, executor, guards }: BatchEntry): Promise<RunAnswer> {
    const { task, input, settings } = prepared;
    if (this.#takesNone) handBack(run);
    const member = new BatchMember({
      run,
      crossing: crossing(run, prepared, context),
      seen: jobSeen(context, input),
      serializer: this.#environment.serializer,
      guards,
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
    for (const { run } of groups.flatMap((group) => group.waiting())) handBack(run);
  }

  /** Lets jobs wait for others again. */
  takeAgain(): void {
    this.#takesNone = false;
  }

  /** Forgets a group that has nothing left to do. */
  groupIsIdle(group: BatchGroup): void {
    const byExecutor = this.#groups.get(group.task);
    if (byExecutor?.get(group.executor) !== group) return;
    byExecutor.delete(group.executor);
    if (byExecutor.size === 0) this.#groups.delete(group.task);
  }

  #groupOf(task: RegisteredTask, executor: Executor): BatchGroup {
    const byExecutor = this.#groups.get(task) ?? new Map<Executor, BatchGroup>();
    this.#groups.set(task, byExecutor);
    const known = byExecutor.get(executor);
    if (known !== undefined) return known;
    const group = new BatchGroup(task, executor, this.#environment, this);
    byExecutor.set(executor, group);
    return group;
  }
}

function handBack(run: JobRun): void {
  run.abort({ kind: "stopping", message: "The scheduler stops" });
}
