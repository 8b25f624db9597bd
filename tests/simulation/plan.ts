import { type Ask, asks } from "./asks.ts";
import { type FeatureAsk, type FeatureName, features, featuresOf } from "./features/features.ts";
import { Random } from "../random.ts";
import type { Weather } from "./weather.ts";

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
    | FeatureAsk
  );

/** All that a seed decides before time begins. */
export interface Plan {
  readonly seed: number;
  readonly machines: number;
  /** Time during which faults happen. */
  readonly faultsMs: number;
  /** Longest delay of a call that is sent again. */
  readonly lateMs: number;
  /** After how long a call without an answer fails. */
  readonly callLimitMs: number;
  /** When machines that start have newer code; Infinity is never. */
  readonly deployAtMs: number;
  /** Features in addition to the plain workload. */
  readonly features: readonly FeatureName[];
  readonly incidents: readonly Incident[];
}

/** Many short lives find more than few long ones; some bugs need a long one. */
const FAULTS_MS = [8000, 8000, 12_000, 12_000, 20_000, 40_000] as const;

/** Returns the plan of a seed. */
export function planOf(seed: number): Plan {
  const random = new Random(seed);
  // In the mire one machine alone has to do with its own late calls.
  const mired = random.chance(0.1);
  const machines = mired ? 1 : random.pick([1, 2, 2, 3, 3, 4, 5, 8]);
  // Some seeds are stormy, some quiet: a fault alone shows what many at once hide.
  const unrest = mired ? 0 : random.pick([0.3, 1, 1, 2]);
  const times = (most: number) => Math.round(random.between(0, most) * unrest);
  const faultsMs = mired ? 40_000 : random.pick(FAULTS_MS);
  // In the mire a call that was given up arrives while the next attempt is under way.
  const lateMs = mired ? 5000 : Math.min(20_000, faultsMs * 0.6);
  const deployAtMs = random.chance(0.3) ? random.between(0, faultsMs) : Infinity;
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
    ...(mired ? [mud(random, faultsMs)] : []),
    ...asks(random, atMs),
    ...featureAsks(seed, faultsMs),
  ];
  return {
    seed,
    machines,
    faultsMs,
    lateMs,
    callLimitMs: mired ? 400 : 2000,
    deployAtMs,
    features: featuresOf(seed),
    incidents: incidents.sort((a, b) => a.atMs - b.atMs),
  };
}

/** The requests in addition to the plain workload, each feature with random numbers of its own. */
function featureAsks(seed: number, faultsMs: number): readonly Incident[] {
  return featuresOf(seed).flatMap((name): readonly Incident[] => {
    const random = new Random(seed ^ saltOf(name));
    return features[name].asks(random, () => random.between(0, faultsMs));
  });
}

function saltOf(name: FeatureName): number {
  return [...name].reduce((salt, letter) => Math.imul(salt, 31) + letter.charCodeAt(0), 7);
}

/** All the time nearly everything arrives, much of it twice, and much of it after its caller has given it up. */
function mud(random: Random, forMs: number): Incident {
  const delayMs = random.between(50, 250);
  const weather = { delayMs, loseRequest: 0, loseAnswer: 0.25, repeat: 0.9, refuse: 0.25 };
  return { kind: "weather", atMs: 1500, forMs, weather };
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

function repeat<Item>(count: number, make: (i: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
