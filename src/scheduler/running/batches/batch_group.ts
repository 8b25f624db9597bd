import { CarillonError } from "../../../errors.ts";
import type { Executor } from "../../../executors/executor.ts";
import type { RegisteredTask } from "../../../registry/registered_task.ts";
import { nextTurn, type Timer } from "../../../time/clock.ts";
import type { Environment } from "../../environment.ts";
import type { BatchMember, BatchMemberGroup } from "./batch_member.ts";
import { BatchCall } from "./batch_call.ts";

/** Notified when a group has nothing left to do. */
export interface BatchGroupOwner {
  groupIsIdle(group: BatchGroup): void;
}

interface Waiting {
  readonly member: BatchMember;
  readonly sinceMs: number;
}

/** The jobs of one batch task that wait for a call by one executor, and its current calls. */
export class BatchGroup implements BatchMemberGroup {
  readonly task: RegisteredTask;
  readonly executor: Executor;
  readonly #environment: Environment;
  readonly #owner: BatchGroupOwner;
  readonly #size: number;
  readonly #withinMs: number;
  #waiting: Waiting[] = [];
  /** The current calls, with the outcome of ending them, once that was asked for. */
  readonly #calls = new Map<BatchCall, Promise<boolean> | undefined>();
  #alarm: Timer | undefined;
  /** True if the first one has waited long enough. */
  #isDue = false;
  /** Number of calls that there may be at once, by the settings of the latest job. */
  maxCalls = Infinity;

  constructor(task: RegisteredTask, executor: Executor, environment: Environment, owner: BatchGroupOwner) {
    const { batch } = task;
    this.task = task;
    this.executor = executor;
    this.#environment = environment;
    this.#owner = owner;
    // More than this scheduler runs at once would be waited for in vain.
    this.#size = Math.min(batch?.size ?? 1, environment.slots.limit);
    this.#withinMs = batch?.withinMs ?? 0;
  }

  /** Lets a job wait for the next call. */
  join(member: BatchMember): void {
    member.group = this;
    this.#waiting.push({ member, sinceMs: this.#environment.clock.monotonicMs() });
    this.#look();
  }

  /** The jobs that wait. */
  waiting(): readonly BatchMember[] {
    return this.#waiting.map(({ member }) => member);
  }

  /** Ends the call that a job is in, once all its jobs are to stop. Resolves to true if it has ended. */
  async terminate(member: BatchMember): Promise<boolean> {
    const call = [...this.#calls.keys()].find((one) => one.has(member));
    if (call === undefined || !call.request.signal.aborted) return false;
    const ending = this.#calls.get(call) ?? Promise.resolve(this.executor.terminate?.(call.request) ?? false);
    this.#calls.set(call, ending);
    return await ending;
  }

  /** Starts the calls that can start now, and an alarm for the others. */
  #look(): void {
    const isReady = () => this.#waiting.length >= this.#size || (this.#isDue && this.#waiting.length > 0);
    while (this.#calls.size < this.maxCalls && isReady()) this.#start();
    if (this.#waiting.length > 0) {
      if (!this.#isDue && this.#alarm === undefined) this.#setAlarm();
    } else if (this.#calls.size === 0) this.#owner.groupIsIdle(this);
  }

  #start(): void {
    const members = this.#waiting.splice(0, this.#size).map(({ member }) => member);
    this.#stopAlarm();
    const call = new BatchCall(this.task, members, this.#environment);
    this.#calls.set(call, undefined);
    void this.#run(call).finally(() => {
      this.#calls.delete(call);
      this.#look();
    });
  }

  async #run(call: BatchCall): Promise<void> {
    try {
      await this.executor.run(call.request);
      call.end(endMissing(this.task, this.executor));
    } catch (error) {
      call.end(error);
    }
  }

  /** The first one that waits has changed: its time counts. */
  #stopAlarm(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#isDue = this.#waiting.length > 0 && this.#restMs() <= 0;
  }

  #setAlarm(): void {
    const ring = () => {
      if (this.#alarm !== alarm) return;
      this.#alarm = undefined;
      this.#isDue = true;
      this.#look();
    };
    const { clock } = this.#environment;
    // What was claimed together comes within one turn of the event loop.
    if (this.#withinMs === 0) nextTurn(ring);
    const alarm = this.#withinMs === 0 ? { cancel() {} } : clock.setTimer(ring, this.#restMs());
    this.#alarm = alarm;
  }

  #restMs(): number {
    const waitedMs = this.#environment.clock.monotonicMs() - (this.#waiting[0]?.sinceMs ?? 0);
    return Math.max(0, this.#withinMs - waitedMs);
  }

  forget(member: BatchMember): void {
    const wasFirst = this.#waiting[0]?.member === member;
    this.#waiting = this.#waiting.filter((one) => one.member !== member);
    if (wasFirst) this.#stopAlarm();
    this.#look();
  }
}

function endMissing(task: RegisteredTask, { kind }: Executor): CarillonError {
  return new CarillonError(
    "executorFailed",
    `The executor of kind '${kind}' did not report how this job of batch task '${task.name}' ended; ` +
      "let the task run by one that runs batches, such as eventLoop()",
    { details: { taskName: task.name, executor: kind } },
  );
}
