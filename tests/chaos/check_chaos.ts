import { Scheduler } from "../../src/preset/scheduler.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { CHAOS_LEASE_MS, CHAOS_SCHEDULES } from "./chaos_facts.ts";

/** Compares the database with what must be there and with what the jobs themselves said. */
export async function checkChaos(file: string, lines: readonly string[]) {
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
    const most = mostAtOnce(name, lines);
    if (most > limit) problems.push(`${name}: ${most} ran at once, of ${limit}`);
  }
  return { problems, fires };
}

/** How many runs overlapped. A run that took longer than a lease may have stood still, and counts for nobody. */
function mostAtOnce(name: string, lines: readonly string[]): number {
  const began = new Map<string, number[]>();
  const changes: (readonly [atMs: number, change: number])[] = [];
  for (const [what, task, id, text] of lines.map((line) => line.split(" "))) {
    if (task !== name || id === undefined) continue;
    if (what === "began") began.set(id, [...began.get(id) ?? [], Number(text)]);
    const startMs = what === "ended" ? began.get(id)?.at(-1) : undefined;
    if (startMs === undefined || Number(text) - startMs > CHAOS_LEASE_MS * 0.9) continue;
    changes.push([startMs, 1], [Number(text), -1]);
  }
  changes.sort(([a, up], [b, down]) => a - b || up - down);
  let running = 0;
  return changes.reduce((most, [, change]) => Math.max(most, running += change), 0);
}
