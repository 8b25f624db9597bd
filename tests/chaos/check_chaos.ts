import { Scheduler } from "../../src/preset/scheduler.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { CHAOS_LEASE_MS, CHAOS_SCHEDULES } from "./chaos_facts.ts";

/** Compares the database with what must be there and with what the jobs themselves said, process by process. */
export async function checkChaos(file: string, linesOfEach: readonly (readonly string[])[]) {
  const lines = linesOfEach.flat();
  const problems: string[] = [];
  let fires = 0;
  await using reader = new Scheduler({ store: libsql(`file:${file}`), role: "client" });
  const ended = new Set(lines.filter((line) => line.startsWith("ended")).map((line) => line.split(" ")[2]));
  for (const { name, everyMs, limit } of CHAOS_SCHEDULES) {
    const { counters, lastFireTime, anchor } = await (await reader.getSchedule(name)).get();
    const owed = (lastFireTime!.epochMilliseconds - anchor.epochMilliseconds) / everyMs + 1;
    const jobs = await reader.getJobs({ scheduleId: name });
    const counted = counters.runs + counters.coalesced + counters.missed + counters.skipped;
    fires += owed;
    if (counted !== owed) problems.push(`${name}: ${owed} fires, but ${JSON.stringify(counters)}`);
    if (jobs.length !== counters.runs) {
      problems.push(`${name}: ${counters.runs} runs, but ${jobs.length} jobs`);
    }
    const times = new Set(jobs.map((job) => job.scheduledFireTime?.epochMilliseconds));
    if (times.size !== jobs.length) problems.push(`${name}: ${jobs.length} jobs of ${times.size} fire times`);
    for (const job of jobs) {
      if (job.outcome !== "success") {
        problems.push(`${name}: job ${job.id} is ${job.state} ${job.outcome ?? ""}`);
      } else if (!ended.has(job.id)) problems.push(`${name}: job ${job.id} is a success, but never said so`);
    }
    const most = mostAtOnce(linesOfEach.flatMap((own) => runsOf(name, own)));
    if (most > limit) problems.push(`${name}: ${most} ran at once, of ${limit}`);
  }
  return { problems, fires };
}

type Run = readonly [startMs: number, endMs: number];

/**
 * The runs that one process says it ended. One that took longer than a lease may have stood still, and counts for
 * nobody. Each process by itself: another one may have run the same job meanwhile.
 */
function runsOf(name: string, lines: readonly string[]): readonly Run[] {
  const began = new Map<string, number>();
  const runs: Run[] = [];
  for (const [what, task, id, text] of lines.map((line) => line.split(" "))) {
    if (task !== name || id === undefined) continue;
    if (what === "began") began.set(id, Number(text));
    const startMs = what === "ended" ? began.get(id) : undefined;
    if (startMs !== undefined && Number(text) - startMs <= CHAOS_LEASE_MS * 0.9) {
      runs.push([startMs, Number(text)]);
    }
  }
  return runs;
}

/** How many runs overlapped. */
function mostAtOnce(runs: readonly Run[]): number {
  const changes = runs.flatMap(([startMs, endMs]) => [[startMs, 1], [endMs, -1]] as const);
  let running = 0;
  return changes.toSorted(([a, up], [b, down]) => a - b || up - down)
    .reduce((most, [, change]) => Math.max(most, running += change), 0);
}
