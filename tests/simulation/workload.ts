import { task } from "../../src/registry/task.ts";
import type { TaskSource } from "../../src/registry/task_types.ts";
import { sleep } from "../../src/time/clock.ts";
import { cron } from "../../src/triggers/cron.ts";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { interval } from "../../src/triggers/interval.ts";
import type { TaskContext } from "../../src/context/task_context.ts";
import type { Floor } from "./floor.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "./random.ts";

/** The tasks that clients may ask for by name. */
export const taskNames = ["quick", "single", "triple", "long", "once", "resting"] as const;
/** The schedules that the code declares. */
export const scheduleIds = ["all", "queued", "cron", "skips", "rests", "replaces", "few", "graced"] as const;

/** How a task behaves. */
interface Behaviour {
  readonly fromMs: number;
  readonly upToMs: number;
  /** How often it throws. */
  readonly fails?: number;
  /** How often it goes on for a while after it was told to stop. */
  readonly ignores?: number;
}

/** The code that every machine has: tasks of all kinds of limits, lengths and tempers. */
export function makeTasks(machine: Machine, floor: Floor, random: Random): readonly TaskSource[] {
  const run = (behaviour: Behaviour) => (_input: unknown, context: TaskContext) =>
    behave(machine, floor, random, behaviour, context);
  return [
    task({
      name: "quick",
      maxRunningJobs: null,
      schedules: [
        { id: "all", trigger: interval({ milliseconds: 900 }), coalesce: "all", overlap: "allow" },
        {
          id: "skips",
          trigger: interval({ milliseconds: 700 }),
          overlap: "skip",
          jitter: { milliseconds: 300 },
        },
      ],
      run: run({ fromMs: 0, upToMs: 80 }),
    }),
    task({
      name: "single",
      schedules: [{ id: "queued", trigger: interval({ seconds: 3 }) }],
      run: run({ fromMs: 100, upToMs: 1500 }),
    }),
    task({
      name: "triple",
      maxRunningJobs: 3,
      retry: { maxAttempts: 3, base: { milliseconds: 300 } },
      schedules: [{ id: "cron", trigger: cron("*/4 * * * * *"), overlap: "queue" }, {
        id: "few",
        trigger: interval({ seconds: 2 }),
        maxRuns: 9,
        coalesce: "all",
      }],
      run: run({ fromMs: 20, upToMs: 2500, fails: 0.3 }),
    }),
    task({
      name: "long",
      maxRunningJobs: 2,
      timeout: { seconds: 6 },
      schedules: [{ id: "replaces", trigger: interval({ seconds: 7 }), overlap: "cancelPrevious" }],
      run: run({ fromMs: 1000, upToMs: 9000, ignores: 0.2 }),
    }),
    task({
      name: "once",
      maxRunningJobs: 2,
      onLostLease: "abandon",
      schedules: [{ id: "graced", trigger: interval({ seconds: 2 }), misfireGraceTime: { seconds: 1 } }],
      run: run({ fromMs: 0, upToMs: 3000 }),
    }),
    task({
      name: "resting",
      schedules: [{ id: "rests", trigger: fixedDelay({ seconds: 1 }) }],
      run: run({ fromMs: 0, upToMs: 2500, fails: 0.1 }),
    }),
  ];
}

async function behave(
  machine: Machine,
  floor: Floor,
  random: Random,
  { fromMs, upToMs, fails = 0, ignores = 0 }: Behaviour,
  { signal, job }: TaskContext,
): Promise<void> {
  const leave = floor.enter({ machine, taskName: job.taskName, jobId: job.id, signal });
  try {
    await sleep(machine.clock, random.between(fromMs, upToMs), signal);
    if (signal.aborted && random.chance(ignores)) await sleep(machine.clock, random.between(0, 4000));
    signal.throwIfAborted();
    if (random.chance(fails)) throw new Error("as it happens");
  } finally {
    leave();
  }
}
