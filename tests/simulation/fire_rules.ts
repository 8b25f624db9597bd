import type { ScheduleWrite } from "../../src/model/schedule_record.ts";
import { Temporal } from "../../src/time/temporal.ts";
import type { CalendarView } from "../../src/triggers/trigger.ts";
import { triggerFromJSON } from "../../src/triggers/trigger_registry.ts";
import { countedFires } from "./counted_fires.ts";
import type { Violations } from "./violations.ts";

type CalendarViews = ReadonlyMap<string, CalendarView>;

/** Rules for every step of a schedule. */
export class FireRules {
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** Every fire from the one that was next up to the last one of this step is in the counters once. */
  account(
    before: ScheduleWrite,
    after: ScheduleWrite,
    withJob: readonly number[],
    { first = before.nextFireTimeMs, taken, calendars }: {
      readonly first?: number | null;
      readonly taken: ReadonlySet<number | null>;
      readonly calendars: CalendarViews;
    },
  ): void {
    const counted = countedFires(after.counters) - countedFires(before.counters);
    if (counted === 0 && withJob.length === 0) return;
    const last = after.lastFireTimeMs;
    if (first === null || last === null) {
      return this.#violations.add(`schedule ${after.id} fired without a fire time`);
    }
    const { formerTrigger: former, anchorMs } = before;
    const source = former === null ? after : { trigger: former.trigger, anchorMs };
    const { owed: all, nextMs: next } = owedUpTo(source, first, last, calendars);
    // What has a job already is passed over up to the end of the step; with `all` also in the step after it.
    const endMs = Math.min(after.advancedAtMs ?? -Infinity, former?.untilMs ?? Infinity);
    let following = next;
    const passes = (fire: number) =>
      taken.has(fire) && fire <= endMs &&
      !(after.policies.coalesce === "all" && fire === after.nextFireTimeMs);
    while (following !== null && passes(following)) {
      following = owedUpTo(source, following + 1, -Infinity, calendars).nextMs;
    }
    // A fire that has a job already is not owed; one that got it just then is counted all the same.
    const owed = all.filter((fire) => !taken.has(fire));
    const isSettled = former !== null && (following === null || following > former.untilMs);
    const nextMs = isSettled
      ? owedUpTo(after, Math.max(former.untilMs, last + 1), -Infinity, calendars).nextMs
      : following;
    const holds = (rule: boolean, what: string) =>
      this.#violations.unless(
        rule,
        () =>
          `schedule ${after.id} ${what}: ${first} to ${last}, ${owed.length} owed, ${counted} counted, ` +
          `next ${after.nextFireTimeMs}`,
      );
    holds(all[0] === first, "lost its place");
    holds(owed.length <= counted && counted <= all.length, "counts wrongly");
    holds(withJob.every((fire) => all.includes(fire)), "fired at no fire time");
    const runs = after.counters.runs - before.counters.runs;
    holds(runs === withJob.length, `counts ${runs} runs for ${withJob.length} jobs`);
    const { maxRuns, coalesce } = after.policies;
    holds(maxRuns === null || after.counters.runs <= maxRuns, `ran more often than ${maxRuns} times`);
    const over = maxRuns !== null && after.counters.runs >= maxRuns;
    holds(after.nextFireTimeMs === (over ? null : nextMs), "goes on at the wrong time");
    if (coalesce === "latest" && withJob.length > 0) {
      const isLatest = owed.every((fire) => fire <= withJob[0]!);
      holds(withJob.length === 1 && isLatest, "did not choose its latest fire");
    }
    if (coalesce === "earliest" && withJob.length > 0) {
      const missed = after.counters.missed - before.counters.missed;
      const isEarliest = owed.slice(missed).every((fire) => fire >= withJob[0]!);
      holds(withJob.length === 1 && isEarliest, "did not choose its earliest fire");
    }
  }

  /** The overlap policy, counted anew. */
  overlap({ id, policies }: ScheduleWrite, jobs: number, unfinished: number): void {
    if (jobs === 0) return;
    const most = { queueOne: 2, skip: 1, cancelPrevious: Infinity, queue: Infinity, allow: Infinity };
    const limit = most[policies.overlap];
    this.#violations.unless(
      jobs + unfinished <= limit,
      () => `schedule ${id} has ${jobs + unfinished} unfinished jobs, of ${limit} by '${policies.overlap}'`,
    );
  }

  /** A fire that is too late when it is processed becomes no job, and one in time is not counted as missed. */
  grace(
    before: ScheduleWrite,
    after: ScheduleWrite,
    withJob: readonly number[],
    due: { readonly firstMs: number; readonly lastMs: number },
  ): void {
    const graceMs = after.policies.overrides.misfireGraceTimeMs ?? null;
    const missed = after.counters.missed - before.counters.missed;
    if (graceMs === null) {
      return this.#violations.unless(missed === 0, () => `schedule ${after.id} misses fires without a limit`);
    }
    this.#violations.unless(
      withJob.every((fire) => fire >= due.firstMs - graceMs),
      () => `schedule ${after.id} made a job of a fire that was too late`,
    );
    if (missed === 0 || before.nextFireTimeMs === null) return;
    const owes = before.formerTrigger ?? after;
    const { owed } = owedUpTo(
      { ...after, trigger: owes.trigger },
      before.nextFireTimeMs,
      after.lastFireTimeMs!,
    );
    const late = owed.filter((fire) => fire < due.lastMs - graceMs).length;
    this.#violations.unless(
      missed <= late,
      () => `schedule ${after.id} counts ${missed} fires as missed, but ${late} were too late`,
    );
  }
}

/** All fires of a schedule from one to another, and the one after that. */
function owedUpTo(
  { trigger: json, anchorMs }: Pick<ScheduleWrite, "trigger" | "anchorMs">,
  first: number,
  last: number,
  calendars?: CalendarViews,
): { readonly owed: readonly number[]; readonly nextMs: number | null } {
  const trigger = triggerFromJSON(json);
  const context = { anchor: Temporal.Instant.fromEpochMilliseconds(anchorMs), calendars };
  const owed: number[] = [];
  let fire = trigger.nextAfterMs(first - 1, context);
  for (; fire !== undefined && fire <= last; fire = trigger.nextAfterMs(fire, context)) owed.push(fire);
  return { owed, nextMs: fire ?? null };
}
