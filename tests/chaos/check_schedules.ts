import type { JobRecord } from "../../src/model/job_record.ts";
import type { Evidence } from "./chaos_evidence.ts";
import { CHAOS_SCHEDULES } from "./workload.ts";

/** Violations by fires: each must be accounted for exactly once, and each job of a schedule must belong to its own fire. */
export function checkSchedules({ schedules, jobs }: Evidence): readonly string[] {
  return CHAOS_SCHEDULES.flatMap(({ id, everyMs, coalesce }) => {
    const schedule = schedules.find((stored) => stored.id === id);
    if (!schedule) return [`schedule ${id} is gone`];
    const { counters, anchorMs, lastFireTimeMs, nextFireTimeMs } = schedule;
    const own = jobs.filter(({ scheduleSeq }) => scheduleSeq === schedule.seq);
    const owed = ((lastFireTimeMs ?? anchorMs - everyMs) - anchorMs) / everyMs + 1;
    const counted = counters.runs + counters.coalesced + counters.missed + counters.skipped;
    const dropped = counted - counters.runs;
    return [
      ...told(counted !== owed, `${owed} fires, but ${JSON.stringify(counters)}`),
      ...told(own.length !== counters.runs, `${counters.runs} runs, but ${own.length} jobs`),
      ...told(coalesce === "all" && dropped > 0, `${dropped} fires were dropped, but all were wanted`),
      ...told(
        new Set(own.map(({ fireTimeMs }) => fireTimeMs)).size !== own.length,
        "two jobs of one fire time",
      ),
      ...told(
        nextFireTimeMs !== (lastFireTimeMs ?? anchorMs) + everyMs,
        "the next fire is not the one after the last",
      ),
      ...told(own.some((job) => !isFire(job, anchorMs, everyMs)), "a job of what is no fire time"),
    ].map((problem) => `schedule ${id}: ${problem}`);
  });
}

function isFire({ fireTimeMs }: JobRecord, anchorMs: number, everyMs: number): boolean {
  return fireTimeMs !== null && fireTimeMs >= anchorMs && (fireTimeMs - anchorMs) % everyMs === 0;
}

function told(wrong: boolean, problem: string): readonly string[] {
  return wrong ? [problem] : [];
}
