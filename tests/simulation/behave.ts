import { snooze } from "../../src/context/snooze_and_cancel.ts";
import type { TaskContext } from "../../src/context/task_context.ts";
import { sleep } from "../../src/time/clock.ts";
import type { Floor } from "./floor.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "../random.ts";

/** The behaviour of a task. */
export interface Behaviour {
  readonly fromMs: number;
  readonly upToMs: number;
  /** Probability that it throws. */
  readonly fails?: number;
  /** Probability that a function continues for a while after its abort. */
  readonly ignores?: number;
  /** Probability that it snoozes itself. */
  readonly snoozes?: number;
}

/** Makes the function of a task that behaves in some way. */
export type MakeRun = (behaviour: Behaviour) => (input: unknown, context: TaskContext) => Promise<void>;

/** Simulates one run of a task. */
export async function behave(
  machine: Machine,
  floor: Floor,
  random: Random,
  { fromMs, upToMs, fails = 0, ignores = 0, snoozes = 0 }: Behaviour,
  { signal, job }: TaskContext,
): Promise<void> {
  const { taskName, id: jobId, parents } = job;
  const leave = floor.enter({ machine, taskName, jobId, parents, signal });
  try {
    await sleep(machine.clock, random.between(fromMs, upToMs), signal);
    if (signal.aborted && random.chance(ignores)) await sleep(machine.clock, random.between(0, 4000));
    signal.throwIfAborted();
    if (random.chance(snoozes)) snooze({ milliseconds: random.whole(100, 1500) });
    if (random.chance(fails)) throw new Error("as it happens");
  } finally {
    leave();
  }
}
