import type { Evidence, Run } from "./chaos_evidence.ts";
import { CHAOS_SCHEDULES, KEY_LIMITS, TASK_LIMITS } from "./workload.ts";

/** Violations of limits and of claim order. */
export function checkLimits({ runs, jobs, lines }: Evidence): readonly string[] {
  return [
    ...overlaps(runs, ({ job }) => job.taskName, (task) => TASK_LIMITS[task] ?? null),
    ...overlaps(runs, ({ job }) => job.scheduleId, limitOfSchedule),
    ...overlaps(runs, keyOf, (key) => KEY_LIMITS[key.split(" ")[0]!] ?? null),
    ...overlaps(runs, ({ job }) => `job ${job.id}`, () => 1),
    ...checkOrder(runs),
    ...checkRunAt(runs, lines),
    ...checkPriorities(jobs),
  ];
}

function limitOfSchedule(id: string): number | null {
  return CHAOS_SCHEDULES.find((schedule) => schedule.id === id)?.limit ?? null;
}

function keyOf({ job }: Run): string | null {
  return job.concurrencyKey === null ? null : `${job.taskName} ${job.concurrencyKey}`;
}

/** Groups of runs of which more overlapped than may. */
function overlaps(
  runs: readonly Run[],
  groupOf: (run: Run) => string | null,
  limitOf: (group: string) => number | null,
): readonly string[] {
  return [...Map.groupBy(runs, groupOf)].flatMap(([group, own]) => {
    const limit = group === null ? null : limitOf(group);
    if (limit === null) return [];
    const most = mostAtOnce(own);
    return most.length > limit
      ? [`${group}: ${most.length} at once, of ${limit}: ${most.map(toText).join("; ")}`]
      : [];
  });
}

function toText({ run, job, claim, attempt, beganMs, overMs, ended }: Run): string {
  return `${run} of job ${job.id} (attempt ${attempt}, claim ${claim} of ${job.claimNumber}) from ${beganMs} to ` +
    `${overMs}${ended ? "" : ", cut short"}`;
}

/** The largest set of runs that overlapped. */
function mostAtOnce(runs: readonly Run[]): readonly Run[] {
  let most: readonly Run[] = [];
  let running: Run[] = [];
  for (const run of runs.toSorted((a, b) => a.beganMs - b.beganMs)) {
    running = [...running.filter(({ overMs }) => overMs > run.beganMs), run];
    if (running.length > most.length) most = running;
  }
  return most;
}

/** Where order is kept, a job begins only after all that were added before it with its key are over. */
function checkOrder(runs: readonly Run[]): readonly string[] {
  const ordered = runs.filter(({ job }) => job.taskName === "inOrder");
  return [...Map.groupBy(ordered, keyOf)].flatMap(([key, own]) => {
    const problems: string[] = [];
    let overMs = 0;
    let last = "";
    for (const { job, beganMs } of own.toSorted((a, b) => a.job.seq - b.job.seq)) {
      if (job.id !== last && beganMs < overMs - 1) {
        problems.push(`${key}: job ${job.id} did not wait its turn`);
      }
      last = job.id;
      overMs = Math.max(overMs, job.finishedAtMs ?? Infinity);
    }
    return problems;
  });
}

/** Nothing begins before its time. */
function checkRunAt(runs: readonly Run[], lines: Evidence["lines"]): readonly string[] {
  const notBefore = new Map(
    lines.flatMap((line) => line.what === "adding" ? [[line.job, line.notBeforeMs]] : []),
  );
  return runs.filter(({ job, beganMs }) =>
    beganMs < Math.max(notBefore.get(job.id) ?? 0, job.fireTimeMs ?? 0, job.createdAtMs) - 1
  ).map(({ job }) => `job ${job.id} began before its time`);
}

/** Of the jobs of one slot, none was taken while one of a higher priority was there that nobody had taken yet. */
function checkPriorities(jobs: Evidence["jobs"]): readonly string[] {
  const ranked = jobs.filter(({ taskName, startedAtMs }) => taskName === "ranked" && startedAtMs !== null);
  return ranked.flatMap((job) =>
    ranked.filter((other) =>
      other.priority > job.priority && other.claimNumber === 1 &&
      other.createdAtMs < job.startedAtMs! - 1 && other.startedAtMs! > job.startedAtMs! + 1
    ).map((other) =>
      `job ${job.id} of priority ${job.priority} was taken before ${other.id} of ${other.priority}`
    )
  );
}
