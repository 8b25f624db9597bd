/**
 * Next fires per second that Carillon computes, beside croner, cron-parser and cron-schedule in the same run.
 *
 *     deno run -A bench/triggers.ts
 *     bun bench/triggers.ts
 *
 * `next`: a prepared trigger, 256 fixed instants of 2024–2031 in random order. `chain`: each fire from the one
 * before, 16 in a row (further on cron-schedule finds no more 29th of February). `parse`: a new trigger each
 * time. Engines take turns in short slices, so that ratios hold on a busy machine too: read ratios, not digits.
 */
import { CronExpressionParser } from "cron-parser";
import { parseCronExpression } from "cron-schedule";
import { Cron } from "croner";
import { cron } from "../src/triggers/cron/cron.ts";
import type { Trigger } from "../src/triggers/trigger.ts";

interface Shape {
  readonly text: string;
  readonly timeZone: string;
}

const SHAPES: readonly Shape[] = [
  { text: "*/5 * * * *", timeZone: "UTC" },
  { text: "0 9 * * 1-5", timeZone: "Europe/Berlin" },
  { text: "0 0 29 2 *", timeZone: "Europe/Berlin" },
  { text: "30 2 * * *", timeZone: "America/New_York" },
  { text: "0 0 * * 5L", timeZone: "UTC" },
];

const ROUNDS = 9;
const SLICE_MS = 40;
const INSTANTS = 256;
/** Length of a chain before it starts again. */
const CHAIN = 16;
const MILLION = 1_000_000;

const instantsMs = randomInstants();
const instants = instantsMs.map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
const dates = instantsMs.map((ms) => new Date(ms));

/** Keeps results in use, so that no engine's work is optimised away. */
let sink: unknown;

function randomInstants(): number[] {
  let state = 20_260_101;
  const fromS = Date.UTC(2024, 0, 1) / 1000;
  const lengthS = Date.UTC(2032, 0, 1) / 1000 - fromS;
  return Array.from({ length: INSTANTS }, () => {
    state = Math.imul(state, 1_103_515_245) + 12_345 & 0x7fffffff;
    return (fromS + Math.floor(state / 0x7fffffff * lengthS)) * 1000;
  });
}

type Engine = "nextAfterMs" | "nextAfter" | "croner" | "cron-parser" | "cron-schedule";
type Runs = Partial<Record<Engine, (index: number) => unknown>>;
type Rates = Partial<Record<Engine, readonly number[]>>;

/** Operations a second in one short slice of time. */
function slice(run: (index: number) => unknown): number {
  const startMs = performance.now();
  let count = 0;
  let nowMs = startMs;
  while (nowMs - startMs < SLICE_MS) {
    for (let i = 0; i < INSTANTS; i++) sink = run(i);
    count += INSTANTS;
    nowMs = performance.now();
  }
  return count / (nowMs - startMs) * 1000;
}

/** Each engine in turn, round after round, so that what else the machine does falls on all of them alike. */
function measure(runs: Runs): Rates {
  const rates: Partial<Record<Engine, number[]>> = {};
  const engines = Object.entries(runs) as [Engine, (index: number) => unknown][];
  for (const [, run] of engines) slice(run);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [engine, run] of engines) (rates[engine] ??= []).push(slice(run));
  }
  return rates;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function nextRuns({ text, timeZone }: Shape): Runs {
  const trigger = cron(text, { timeZone });
  const job = new Cron(text, { timezone: timeZone });
  const schedule = scheduleOf(text);
  return {
    nextAfterMs: (i) => trigger.nextAfterMs(instantsMs[i]!),
    nextAfter: (i) => trigger.nextAfter(instants[i]!),
    croner: (i) => job.nextRun(dates[i]!),
    "cron-parser": (i) => CronExpressionParser.parse(text, { tz: timeZone, currentDate: dates[i]! }).next(),
    ...(schedule ? { "cron-schedule": (i) => schedule.getNextDate(dates[i]!) } : {}),
  };
}

function chainRuns({ text, timeZone }: Shape): Runs {
  const trigger = cron(text, { timeZone });
  const job = new Cron(text, { timezone: timeZone });
  const schedule = scheduleOf(text);
  // Every chain starts again, so that all engines walk the same years.
  let ms = 0;
  let instant = instants[0]!;
  let cronerAt = dates[0]!;
  let scheduleAt = dates[0]!;
  const expression = CronExpressionParser.parse(text, { tz: timeZone });
  return {
    nextAfterMs: (i) => ms = i % CHAIN === 0 ? instantsMs[0]! : trigger.nextAfterMs(ms)!,
    nextAfter: (i) => instant = i % CHAIN === 0 ? instants[0]! : trigger.nextAfter(instant)!,
    croner: (i) => cronerAt = i % CHAIN === 0 ? dates[0]! : job.nextRun(cronerAt)!,
    "cron-parser": (i) => {
      if (i % CHAIN === 0) expression.reset(dates[0]!);
      return expression.next();
    },
    ...(schedule
      ? {
        "cron-schedule": (i) => scheduleAt = i % CHAIN === 0 ? dates[0]! : schedule.getNextDate(scheduleAt),
      }
      : {}),
  };
}

function parseRuns({ text, timeZone }: Shape): Runs {
  return {
    nextAfterMs: () => cron(text, { timeZone }),
    croner: () => new Cron(text, { timezone: timeZone }),
    "cron-parser": () => CronExpressionParser.parse(text, { tz: timeZone }),
    ...(scheduleOf(text) ? { "cron-schedule": () => scheduleOf(text) } : {}),
  };
}

/** It reads `5L` as `5` without a word, so it is not asked for what it cannot do. */
function scheduleOf(text: string): ReturnType<typeof parseCronExpression> | undefined {
  return text.includes("L") ? undefined : parseCronExpression(text);
}

function table(title: string, runsOf: (shape: Shape) => Runs): void {
  const engines: Engine[] = ["nextAfterMs", "nextAfter", "croner", "cron-parser", "cron-schedule"];
  const heads = title === "parse" ? ["carillon", "", ...engines.slice(2)] : engines;
  print([title, ...heads, title === "parse" ? "ms/croner" : "nextAfter/croner", "ms/cron-schedule"]);
  for (const shape of SHAPES) {
    const rates = measure(runsOf(shape));
    print([
      `${shape.text} ${shape.timeZone}`,
      ...engines.map((engine) => thousands(rates[engine])),
      ratio(rates.nextAfter ?? rates.nextAfterMs, rates.croner),
      ratio(rates.nextAfterMs, rates["cron-schedule"]),
    ]);
  }
  log("");
}

function thousands(rates: readonly number[] | undefined): string {
  if (rates === undefined) return "-";
  const perSecond = median(rates);
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)}M/s` : `${(perSecond / 1e3).toFixed(1)}k/s`;
}

/** The median of the ratios of the rounds, which is steadier than the ratio of the medians. */
function ratio(ours: readonly number[] | undefined, theirs: readonly number[] | undefined): string {
  if (!ours || !theirs) return "-";
  const times = median(ours.map((rate, round) => rate / theirs[round]!));
  return `${times.toFixed(times < 10 ? 1 : 0)}x`;
}

function print(cells: readonly string[]): void {
  const [first, ...rest] = cells;
  log(`| ${first!.padEnd(28)} | ${rest.map((cell) => cell.padStart(12)).join(" | ")} |`);
}

function log(text: string): void {
  (globalThis as { readonly console?: { log(text: string): void } }).console?.log(text);
}

/** The memory in use, after what garbage collection the runtime lets us ask for. */
function heapBytes(): number {
  const { Bun, gc, process } = globalThis as {
    readonly Bun?: { gc(force: boolean): void };
    readonly gc?: () => void;
    readonly process?: { memoryUsage(): { readonly heapUsed: number; readonly rss: number } };
  };
  Bun?.gc(true);
  gc?.();
  const usage = process!.memoryUsage();
  return Bun ? usage.rss : usage.heapUsed;
}

/** A million triggers that all differ, made, kept and asked once each. */
function millionTriggers(): void {
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"];
  const before = heapBytes();
  const startMs = performance.now();
  const triggers = Array.from({ length: MILLION }, (_, i): Trigger => {
    const [minute, hour, day] = [i % 60, Math.floor(i / 60) % 24, Math.floor(i / 1440) % 28 + 1];
    const month = Math.floor(i / 40_320) % 12 + 1;
    const spelling = i >= 483_840
      ? `${minute} ${hour} ${day} ${month} *`
      : `${minute} ${hour} ${day},31 ${month} *`;
    return cron(spelling, { timeZone: zones[i % zones.length] });
  });
  const madeMs = performance.now();
  const bytes = (heapBytes() - before) / MILLION;
  const askedMs = performance.now();
  let sum = 0;
  for (const trigger of triggers) sum += trigger.nextAfterMs(instantsMs[0]!) ?? 0;
  const doneMs = performance.now();
  sink = sum;
  log(
    `1,000,000 distinct triggers: made in ${(madeMs - startMs).toFixed(0)} ms, ${
      bytes.toFixed(0)
    } bytes each,`,
  );
  log(`the next fire of every one in ${(doneMs - askedMs).toFixed(0)} ms`);
}

function main(): void {
  const { Deno, Bun } = globalThis as {
    readonly Deno?: { readonly version: { readonly deno: string } };
    readonly Bun?: { readonly version: string };
  };
  log(Deno ? `Deno ${Deno.version.deno}` : Bun ? `Bun ${Bun.version}` : "Node");
  const instantRun = (i: number) =>
    Temporal.Instant.fromEpochMilliseconds(instants[i]!.epochMilliseconds + 1);
  const instantRates = measure({ nextAfter: instantRun }).nextAfter!;
  const eachNs = (1e9 / median(instantRates)).toFixed(0);
  log(
    `One Temporal.Instant read and made: ${eachNs} ns (${
      thousands(instantRates)
    }), the ceiling of nextAfter\n`,
  );
  table("next", nextRuns);
  table("chain", chainRuns);
  table("parse", parseRuns);
  millionTriggers();
  if (sink === undefined) log("");
}

main();
