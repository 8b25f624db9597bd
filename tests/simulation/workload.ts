import type { TaskContext } from "../../src/context/task_context.ts";
import { task } from "../../src/registry/task.ts";
import type { TaskSource } from "../../src/registry/task_types.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { interval } from "../../src/triggers/interval.ts";
import { behave, type Behaviour, type MakeRun } from "./behave.ts";
import { type FeatureName, features } from "./features/features.ts";
import type { Floor } from "./floor.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "../random.ts";
import { migrateShape, shapeOf } from "./shape.ts";

/** The tasks that clients may ask for by name, without an input. */
export const taskNames = [
  "quick",
  "single",
  "triple",
  "long",
  "once",
  "resting",
  "brief",
  "tagged",
  "putOff",
  "endless",
] as const;
/** Tasks whose jobs have a key. */
export const keyedNames = ["ordered", "shared"] as const;
/** The schedules that the code declares. */
export const scheduleIds = [
  "all",
  "queued",
  "cron",
  "skips",
  "rests",
  "replaces",
  "few",
  "graced",
  "first",
  "dated",
] as const;
/** Name of the calendar of `dated`. */
export const CALENDAR = "holidays";
/** The calendar while every day of a simulation is a holiday, or none. */
export function holidays(on: boolean): { readonly dates: readonly string[] } {
  return { dates: on ? ["2026-03-27", "2026-03-28", "2026-03-29"] : [] };
}

/** A tag that only some machines offer. */
export const TAG = "special";

/** The code that every machine has: tasks of all kinds of limits, lengths and tempers. */
export function makeTasks(
  machine: Machine,
  floor: Floor,
  random: Random,
  version: number,
  names: readonly FeatureName[],
): readonly TaskSource[] {
  const run = (behaviour: Behaviour) => (_input: unknown, context: TaskContext) =>
    behave(machine, floor, random, behaviour, context);
  return [
    ...scheduledTasks(run),
    ...askedTasks(run, version),
    ...names.flatMap((name) => features[name].tasks({ run, machine, floor, random })),
  ];
}

function scheduledTasks(run: MakeRun): readonly TaskSource[] {
  const every = (milliseconds: number) => interval({ milliseconds });
  return [
    task({
      name: "quick",
      maxRunningJobs: null,
      retention: { success: { seconds: 4 } },
      schedules: [
        { id: "all", trigger: every(900), coalesce: "all", overlap: "allow" },
        { id: "skips", trigger: every(700), overlap: "skip", jitter: { milliseconds: 300 } },
        { id: "first", trigger: every(1100), coalesce: "earliest", overlap: "allow" },
      ],
      run: run({ fromMs: 0, upToMs: 80 }),
    }),
    task({
      name: "single",
      schedules: [{ id: "queued", trigger: every(3000) }],
      run: run({ fromMs: 100, upToMs: 1500 }),
    }),
    task({
      name: "triple",
      maxRunningJobs: 3,
      retry: { maxAttempts: 3, base: { milliseconds: 300 } },
      schedules: [
        { id: "cron", trigger: cron("*/4 * * * * *"), overlap: "queue" },
        { id: "few", trigger: every(2000), maxRuns: 9, coalesce: "all" },
        { id: "dated", trigger: cron("*/3 * * * * *").except(CALENDAR) },
      ],
      run: run({ fromMs: 20, upToMs: 2500, fails: 0.3 }),
    }),
    task({
      name: "long",
      maxRunningJobs: 2,
      timeout: { seconds: 6 },
      schedules: [{ id: "replaces", trigger: every(7000), overlap: "cancelPrevious" }],
      run: run({ fromMs: 1000, upToMs: 9000, ignores: 0.2 }),
    }),
    task({
      name: "once",
      maxRunningJobs: 2,
      onLostLease: "abandon",
      schedules: [{ id: "graced", trigger: every(2000), misfireGraceTime: { seconds: 1 } }],
      run: run({ fromMs: 0, upToMs: 3000 }),
    }),
    task({
      name: "resting",
      schedules: [{ id: "rests", trigger: fixedDelay({ seconds: 1 }) }],
      run: run({ fromMs: 0, upToMs: 2500, fails: 0.1 }),
    }),
  ];
}

function askedTasks(run: MakeRun, version: number): readonly TaskSource[] {
  return [
    task({
      name: "brief",
      timeToLive: { milliseconds: 800 },
      retention: { other: { seconds: 5 } },
      run: run({ fromMs: 100, upToMs: 1500 }),
    }),
    task({ name: "tagged", tags: [TAG], maxRunningJobs: 2, run: run({ fromMs: 100, upToMs: 1000 }) }),
    task({
      name: "putOff",
      retry: { maxAttempts: 2, backoff: "fixed", base: { milliseconds: 500 }, jitter: 0 },
      run: run({ fromMs: 0, upToMs: 300, fails: 0.3, snoozes: 0.3 }),
    }),
    task({ name: "endless", maxRunningJobs: 2, run: run({ fromMs: 1e9, upToMs: 1e9 }) }),
    task({
      name: "ordered",
      maxRunningJobs: null,
      concurrency: { key: () => "k0", fifo: true },
      retry: { maxAttempts: 2, base: { milliseconds: 200 } },
      run: run({ fromMs: 50, upToMs: 900, fails: 0.2 }),
    }),
    task({
      name: "shared",
      maxRunningJobs: 4,
      concurrency: { key: () => "k0", max: 2 },
      run: run({ fromMs: 50, upToMs: 1200 }),
    }),
    task({
      name: "shaped",
      version,
      input: shapeOf(version),
      migrate: migrateShape,
      maxRunningJobs: 2,
      run: run({ fromMs: 50, upToMs: 600 }),
    }),
  ];
}
