import type { JobRecord } from "../../src/model/job_record.ts";
import type { ScheduleRecord } from "../../src/model/schedule_record.ts";
import type { LibsqlStore } from "../../src/stores/libsql.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { type JournalLine, readJournals } from "./journal.ts";
import { STOOD_MS } from "./workload.ts";

const PAGE = 1000;

/** One call of a job's function. */
export interface Run {
  readonly run: string;
  readonly job: JobRecord;
  readonly attempt: number;
  /** The claim it ran under. */
  readonly claim: number;
  readonly beganMs: number;
  /** Time at which it ended or gave up, or at which its process was killed or stood still. */
  readonly overMs: number;
  /** It came to its end, whatever was made of that. */
  readonly ended: boolean;
}

/** A journal's line, with whose it is. */
export type NotedLine = JournalLine & { readonly by: string };

/** All that the checks of a chaos run look at: what is stored, and what the processes wrote. */
export interface Evidence {
  readonly schedules: readonly ScheduleRecord[];
  /** In order of adding. */
  readonly jobs: readonly JobRecord[];
  readonly lines: readonly NotedLine[];
  readonly runs: readonly Run[];
  /** Problems that the database reports about itself. */
  readonly damages: readonly string[];
}

/** Reads everything. Nobody else uses the store any more. */
export async function readEvidence(store: LibsqlStore, folder: string): Promise<Evidence> {
  await store.open({ clock: systemClock });
  try {
    const jobs = await allJobs(store);
    const journals = readJournals(folder);
    const byId = new Map(jobs.map((job) => [job.id, job]));
    const lines = [...journals].flatMap(([by, own]) => own.map((line) => ({ ...line, by })));
    const killed = new Map(
      lines.flatMap((line) => line.what === "killed" ? [[line.process, line.atMs]] : []),
    );
    return {
      schedules: await store.getSchedules({}),
      jobs,
      lines,
      runs: [...journals].flatMap(([by, own]) => runsOf(own, byId, killed.get(by))),
      damages: await store.integrity(),
    };
  } finally {
    await store.close();
  }
}

async function allJobs(store: LibsqlStore): Promise<JobRecord[]> {
  const jobs: JobRecord[] = [];
  for (;;) {
    const afterSeq = jobs.at(-1)?.seq ?? 0;
    const page = await store.getJobs({ order: "oldest", afterSeq, limit: PAGE });
    jobs.push(...page);
    if (page.length < PAGE) return jobs;
  }
}

/** The runs of one process: until when each of them counts. */
function runsOf(
  lines: readonly JournalLine[],
  jobs: ReadonlyMap<string, JobRecord>,
  killedMs: number | undefined,
): Run[] {
  const claims = new Map<string, number>();
  const open = new Map<string, Omit<Run, "overMs" | "ended">>();
  const runs: Run[] = [];
  for (const line of lines) {
    if (line.what === "claimed") claims.set(line.job, line.claim);
    if (line.what === "began") {
      const { run, attempt, atMs: beganMs } = line;
      const job = jobs.get(line.job);
      if (job) open.set(run, { run, job, attempt, claim: claims.get(job.id) ?? 0, beganMs });
    }
    if (line.what !== "ended" && line.what !== "aborted") continue;
    const began = open.get(line.run);
    open.delete(line.run);
    if (began) runs.push({ ...began, overMs: line.atMs, ended: line.what === "ended" });
  }
  const lastMs = killedMs ?? lines.at(-1)?.atMs ?? 0;
  const left = [...open.values()].map((began) => ({ ...began, overMs: lastMs, ended: false }));
  return cutShort([...runs, ...left], lines);
}

/** A process that stands still for long loses its lease: from then on its runs do not count, unless their end was accepted. */
function cutShort(runs: readonly Run[], lines: readonly JournalLine[]): Run[] {
  const stood = lines.flatMap((line) => line.what === "stood" ? [line.fromMs] : []);
  const accepted = new Set(
    lines.flatMap((line) => line.what === "end" && line.held ? [`${line.seq} ${line.claim}`] : []),
  );
  return runs.map((run) => {
    // It moved a little after it last looked; what began when it moved again is not excused.
    const fromMs = stood.find((ms) => ms < run.overMs && run.beganMs < ms + STOOD_MS);
    if (fromMs === undefined || accepted.has(`${run.job.seq} ${run.claim}`)) return run;
    return { ...run, overMs: Math.max(fromMs, run.beganMs) };
  });
}
