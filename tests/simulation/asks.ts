import type { Random } from "../random.ts";
import { keyedNames, scheduleIds, taskNames } from "./workload.ts";

/** A request of a client. */
export type Ask =
  | {
    readonly kind: "addJob";
    readonly task: string;
    readonly id: string;
    readonly delayMs: number;
    readonly priority: number;
    readonly key?: string;
    readonly identity?: "unique" | "debounce" | { readonly key: string };
  }
  | { readonly kind: "addShaped"; readonly id: string }
  | { readonly kind: "runJob"; readonly task: string; readonly id: string }
  | { readonly kind: "cancelJob" | "retryJob" | "removeJob" | "hurryJob"; readonly id: string }
  | { readonly kind: "raiseJob"; readonly id: string; readonly priority: number }
  | { readonly kind: "cancelAll" | "pauseTask" | "resumeTask"; readonly task: string }
  | { readonly kind: "limitTask"; readonly task: string; readonly limit: number }
  | { readonly kind: "holiday"; readonly on: boolean }
  | ScheduleAsk;

/** A request of a client about one schedule. */
export type ScheduleAsk =
  | {
    readonly kind: "pauseSchedule" | "resumeSchedule" | "skipAhead" | "runSchedule" | "removeSchedule";
    readonly schedule: string;
  }
  | { readonly kind: "backfill"; readonly schedule: string; readonly lastMs: number }
  | { readonly kind: "changeSchedule"; readonly schedule: string; readonly everyMs: number }
  | {
    readonly kind: "addSchedule";
    readonly schedule: string;
    readonly task: string;
    readonly everyMs: number;
  };

/** When something is asked. */
type At = { readonly atMs: number };

/** The requests of clients in one simulation. */
export function asks(random: Random, atMs: () => number): readonly (At & Ask)[] {
  const jobs = random.whole(5, 40);
  const jobId = () => `j${random.whole(0, jobs - 1)}`;
  const schedule = () => random.pick([...scheduleIds, "extra0", "extra1"]);
  const task = () => random.pick(taskNames);
  const some = (most: number) => random.chance(0.5) ? random.whole(1, most) : 0;
  const times = <Asked extends Ask>(count: number, make: (i: number) => Asked) =>
    Array.from({ length: count }, (_, i) => ({ ...make(i), atMs: atMs() }));
  return [
    ...times(jobs, (i) => addJob(random, `j${i}`)),
    ...times(some(4), (i) => ({ kind: "addShaped", id: `s${i}` })),
    ...times(some(4), (i) => ({ kind: "runJob", task: random.pick(["quick", "single"]), id: `r${i}` })),
    ...times(
      some(6),
      () => ({ kind: random.pick(["cancelJob", "cancelJob", "retryJob", "removeJob"]), id: jobId() }),
    ),
    ...times(some(2), () => ({ kind: "hurryJob", id: jobId() })),
    ...times(some(2), () => ({ kind: "raiseJob", id: jobId(), priority: random.whole(-3, 3) })),
    ...times(some(3), () => ({ kind: random.pick(["pauseTask", "resumeTask"]), task: task() })),
    ...times(some(1), () => ({ kind: "cancelAll", task: task() })),
    ...times(some(2), () => ({ kind: "limitTask", task: task(), limit: random.whole(1, 4) })),
    ...times(some(3), (i) => ({ kind: "holiday", on: i !== 1 })),
    ...times(some(6), () => ({
      kind: random.pick(["pauseSchedule", "resumeSchedule", "skipAhead", "runSchedule"]),
      schedule: schedule(),
    })),
    ...times(
      some(2),
      () => ({ kind: "backfill", schedule: schedule(), lastMs: random.whole(500, 6000) }),
    ),
    ...times(
      some(2),
      () => ({ kind: "changeSchedule", schedule: schedule(), everyMs: random.whole(500, 5000) }),
    ),
    ...times(some(2), (i) => ({
      kind: "addSchedule",
      schedule: `extra${i}`,
      task: random.pick(taskNames.slice(0, 6)),
      everyMs: random.whole(500, 5000),
    })),
    ...times(some(2), () => ({ kind: "removeSchedule", schedule: schedule() })),
  ];
}

function addJob(random: Random, id: string): Ask & { readonly kind: "addJob" } {
  const priority = random.chance(0.2) ? random.whole(-3, 3) : 0;
  const delayMs = random.chance(0.3) ? random.whole(1, 9000) : 0;
  const add = { kind: "addJob", id, priority, delayMs } as const;
  if (random.chance(0.3)) return { ...add, task: random.pick(keyedNames), key: `k${random.whole(0, 1)}` };
  if (random.chance(0.8)) return { ...add, task: random.pick(taskNames) };
  // Few tasks, so that some stand for each other.
  const identity = random.pick(
    ["unique", "debounce", "debounce", { key: `i${random.whole(0, 2)}` }] as const,
  );
  const laterMs = identity === "debounce" ? random.whole(1, 3000) : delayMs;
  return { ...add, task: random.pick(["single", "once"]), delayMs: laterMs, identity };
}
