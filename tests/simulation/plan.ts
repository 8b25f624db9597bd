import type { Weather } from "./network.ts";
import { Random } from "./random.ts";
import { scheduleIds, taskNames } from "./workload.ts";

/** Something that happens to the cluster, or that somebody asks of it. Each can be left out, to find out what matters. */
export type Incident =
  & { readonly atMs: number }
  & (
    | { readonly kind: "crash"; readonly machine: number; readonly downMs: number }
    | { readonly kind: "stop"; readonly machine: number; readonly downMs: number }
    | { readonly kind: "stall"; readonly machine: number; readonly forMs: number }
    | { readonly kind: "clock"; readonly machine: number; readonly byMs: number }
    | { readonly kind: "storeClock"; readonly byMs: number }
    | { readonly kind: "weather"; readonly forMs: number; readonly weather: Weather }
    | Ask
  );

/** What a client asks. */
export type Ask =
  | {
    readonly kind: "addJob";
    readonly task: string;
    readonly id: string;
    readonly delayMs: number;
    readonly priority: number;
  }
  | { readonly kind: "runJob"; readonly task: string; readonly id: string }
  | { readonly kind: "cancelJob" | "retryJob" | "removeJob"; readonly id: string }
  | { readonly kind: "pauseTask" | "resumeTask"; readonly task: string }
  | { readonly kind: "limitTask"; readonly task: string; readonly limit: number }
  | {
    readonly kind: "pauseSchedule" | "resumeSchedule" | "skipAhead" | "runSchedule";
    readonly schedule: string;
  }
  | { readonly kind: "changeSchedule"; readonly schedule: string; readonly everyMs: number }
  | {
    readonly kind: "addSchedule";
    readonly schedule: string;
    readonly task: string;
    readonly everyMs: number;
  }
  | { readonly kind: "removeSchedule"; readonly schedule: string };

/** All that a seed decides before time begins. */
export interface Plan {
  readonly seed: number;
  readonly machines: number;
  /** How long bad things happen. */
  readonly faultsMs: number;
  /** How late a call that is sent again may arrive. */
  readonly lateMs: number;
  readonly incidents: readonly Incident[];
}

/** Many short lives find more than few long ones; some bugs need a long one. */
const FAULTS_MS = [8000, 8000, 12_000, 12_000, 20_000, 40_000] as const;

/** What a seed stands for. */
export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const machines = random.pick([1, 2, 2, 3, 3, 4, 5, 8]);
  // Some seeds are stormy, some quiet: a fault alone shows what many at once hide.
  const unrest = random.pick([0.3, 1, 1, 2]);
  const times = (most: number) => Math.round(random.between(0, most) * unrest);
  const faultsMs = random.pick(FAULTS_MS);
  const lateMs = Math.min(20_000, faultsMs * 0.6);
  const atMs = () => random.between(0, faultsMs);
  const machine = () => random.whole(0, machines - 1);
  const incidents: Incident[] = [
    ...repeat(
      times(2 + machines),
      () => ({ kind: "crash" as const, atMs: atMs(), machine: machine(), downMs: random.between(10, 8000) }),
    ),
    ...repeat(
      times(2),
      () => ({ kind: "stop" as const, atMs: atMs(), machine: machine(), downMs: random.between(10, 3000) }),
    ),
    ...repeat(
      times(1 + machines),
      () => ({
        kind: "stall" as const,
        atMs: atMs(),
        machine: machine(),
        forMs: random.pick([500, 2500, 3500, 6000, 12_000]) * random.between(0.8, 1.2),
      }),
    ),
    ...repeat(
      times(2),
      () => ({
        kind: "clock" as const,
        atMs: atMs(),
        machine: machine(),
        byMs: random.between(-60_000, 60_000),
      }),
    ),
    ...(random.chance(0.3)
      ? [{ kind: "storeClock" as const, atMs: atMs(), byMs: random.between(-4000, 20_000) }]
      : []),
    ...repeat(times(6), () => weather(random, atMs(), machines)),
    ...asks(random, atMs),
  ];
  return { seed, machines, faultsMs, lateMs, incidents: incidents.sort((a, b) => a.atMs - b.atMs) };
}

function weather(random: Random, atMs: number, machines: number): Incident {
  const some = (most: number, probability: number) =>
    random.chance(probability) ? random.between(0, most) : 0;
  const outage = random.chance(0.15);
  return {
    kind: "weather",
    atMs,
    forMs: random.between(500, 15_000),
    weather: {
      ...(random.chance(0.5) ? { machine: `m${random.whole(0, machines - 1)}` } : {}),
      delayMs: some(1500, 0.4),
      loseRequest: outage ? 1 : some(0.3, 0.5),
      loseAnswer: some(0.3, 0.5),
      repeat: some(0.3, 0.5),
      refuse: some(0.3, 0.4),
    },
  };
}

function asks(random: Random, atMs: () => number): readonly Incident[] {
  const jobs = random.whole(5, 40);
  const jobId = () => `j${random.whole(0, jobs - 1)}`;
  const task = () => random.pick(taskNames);
  const schedule = () => random.pick([...scheduleIds, "extra0", "extra1"]);
  const some = (most: number) => random.chance(0.5) ? random.whole(1, most) : 0;
  return [
    ...repeat(jobs, (i) => ({
      kind: "addJob" as const,
      atMs: atMs(),
      task: task(),
      id: `j${i}`,
      delayMs: random.chance(0.3) ? random.whole(1, 9000) : 0,
      priority: random.chance(0.2) ? random.whole(-3, 3) : 0,
    })),
    ...repeat(some(4), (i) => ({ kind: "runJob" as const, atMs: atMs(), task: task(), id: `r${i}` })),
    ...repeat(
      some(5),
      () => ({
        kind: random.pick(["cancelJob", "cancelJob", "retryJob", "removeJob"] as const),
        atMs: atMs(),
        id: jobId(),
      }),
    ),
    ...repeat(
      some(2),
      () => ({ kind: random.pick(["pauseTask", "resumeTask"] as const), atMs: atMs(), task: task() }),
    ),
    ...repeat(
      some(2),
      () => ({ kind: "limitTask" as const, atMs: atMs(), task: task(), limit: random.whole(1, 4) }),
    ),
    ...repeat(some(6), () => ({
      kind: random.pick(["pauseSchedule", "resumeSchedule", "skipAhead", "runSchedule"] as const),
      atMs: atMs(),
      schedule: schedule(),
    })),
    ...repeat(
      some(2),
      () => ({
        kind: "changeSchedule" as const,
        atMs: atMs(),
        schedule: schedule(),
        everyMs: random.whole(500, 5000),
      }),
    ),
    ...repeat(
      some(2),
      (i) => ({
        kind: "addSchedule" as const,
        atMs: atMs(),
        schedule: `extra${i}`,
        task: task(),
        everyMs: random.whole(500, 5000),
      }),
    ),
    ...repeat(some(2), () => ({ kind: "removeSchedule" as const, atMs: atMs(), schedule: schedule() })),
  ];
}

function repeat<Item>(count: number, make: (i: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
