import { leaseIsOver } from "../../model/decisions.ts";
import { isClockSetBack } from "../../model/schedule_record.ts";
import { DECLARED_GROUP, servedTasks } from "../../scheduler/schedules/declared_schedules.ts";
import { instantOf } from "../../time/temporal.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Clock } from "../../time/clock.ts";
import { note, problem, type StoreFinding } from "./finding.ts";

/** Clocks that differ by less count as equal; the round trip blurs it anyway. */
const OFFSET_MS_MAX = 2000;
/** Anything due for longer than this is late. */
const LAG_MS_MAX = 10_000;
/** Number of due schedules that are looked at. */
const DUE_MAX = 100;

/** The number of failed schedules that are named. */
const FAILED_MAX = 100;

/** Examines an open store: its clock, its schedulers, late schedules, stuck jobs. Changes nothing. */
export async function examineStore(store: DataStore, clock: Clock): Promise<readonly StoreFinding[]> {
  const nowMs = await store.nowMs();
  const offset = await clockFindings(store, clock);
  const schedulers = await store.getSchedulers();
  return [
    ...offset,
    ...schedulerFindings(schedulers, nowMs),
    ...await orphanFindings(store),
    ...await scheduleFindings(store, nowMs),
    ...await setBackFindings(store),
    ...await taskFindings(store, schedulers),
    ...await jobFindings(store, schedulers, nowMs),
  ];
}

async function clockFindings(store: DataStore, clock: Clock): Promise<StoreFinding[]> {
  const sentMs = clock.nowMs();
  const storeMs = await store.nowMs();
  const offsetMs = Math.round(storeMs - (sentMs + clock.nowMs()) / 2);
  if (Math.abs(offsetMs) <= OFFSET_MS_MAX) {
    return [note("clock", `The store's clock is ${offsetMs} ms from this one`)];
  }
  const way = offsetMs > 0 ? "ahead of" : "behind";
  return [
    problem(
      "clock",
      `The store's clock is ${seconds(Math.abs(offsetMs))} ${way} this one; the store's counts`,
    ),
  ];
}

function schedulerFindings(schedulers: readonly SchedulerRecord[], nowMs: number): StoreFinding[] {
  if (schedulers.length === 0) return [note("schedulers", "No scheduler is registered")];
  return schedulers.map(({ name, role, incarnation, leaseUntilMs, leaseMs }) => {
    const scheduler = `Scheduler ${name} (${role}, incarnation ${incarnation})`;
    if (!leaseIsOver({ leaseUntilMs, leaseMs, watchedMs: null }, nowMs)) {
      return note("schedulers", `${scheduler} is alive`);
    }
    const since = seconds(nowMs - leaseUntilMs);
    const rule = "the next scheduler that watches it for a lease takes its work over";
    return problem("schedulers", `${scheduler} has been silent since its lease ended ${since} ago; ${rule}`);
  });
}

async function orphanFindings(store: DataStore): Promise<StoreFinding[]> {
  const orphaned = await store.getOrphanedIncarnations();
  return orphaned.map((incarnation) =>
    problem(
      "schedulers",
      `Incarnation ${incarnation} owns running jobs, but has no record; a scheduler takes them over`,
    )
  );
}

async function scheduleFindings(store: DataStore, nowMs: number): Promise<StoreFinding[]> {
  const failed = await store.getSchedules({ status: "failed", limit: FAILED_MAX });
  const [late] = await store.getSchedules({ status: "active", paused: false, limit: 1 });
  const lagMs = nowMs - (late?.nextFireTimeMs ?? nowMs);
  const findings = failed.map(({ id, error }) =>
    problem("schedules", `Schedule ${id} failed: ${error ?? "unknown"}`)
  );
  if (!late || lagMs <= LAG_MS_MAX) return [...findings, note("schedules", "No schedule is late")];
  return [
    ...findings,
    problem("schedules", `Schedule ${late.id} was due ${seconds(lagMs)} ago; does a scheduler run?`),
  ];
}

/** Schedules that wait because the clock was set back, as far as they come first. */
async function setBackFindings(store: DataStore): Promise<StoreFinding[]> {
  const { due, nowMs } = await store.dueSchedules(DUE_MAX);
  return due.map(({ schedule }) => schedule).filter((schedule) => isClockSetBack(schedule, nowMs))
    .map(({ id, advancedAtMs, nextFireTimeMs }) => {
      const next = nextFireTimeMs === null ? "" : ` to ${instantOf(nextFireTimeMs)}`;
      const why = `the store's clock was set back by ${
        seconds(advancedAtMs - nowMs)
      } since it was last advanced`;
      return problem(
        "schedules",
        `Schedule ${id} waits${next}: ${why}; a running scheduler continues it from now`,
      );
    });
}

/** Declared schedules whose task has left the code. Where nothing runs jobs, that says nothing. */
async function taskFindings(
  store: DataStore,
  schedulers: readonly SchedulerRecord[],
): Promise<StoreFinding[]> {
  const served = servedTasks(schedulers);
  if (served.size === 0) return [];
  const declared = await store.getSchedules({ group: DECLARED_GROUP, status: "active" });
  return declared.filter(({ taskName }) => !served.has(taskName)).map(({ id, taskName }) =>
    problem(
      "schedules",
      `Schedule ${id} adds jobs of task ${taskName}, which no running scheduler has in its code`,
    )
  );
}

async function jobFindings(
  store: DataStore,
  schedulers: readonly SchedulerRecord[],
  nowMs: number,
): Promise<StoreFinding[]> {
  const counts = await store.countJobs({});
  const states = Object.entries(counts).map(([state, count]) => `${count} ${state}`).join(", ");
  const findings = [note("jobs", `Jobs: ${states}`)];
  if (counts.parked > 0) {
    findings.push(
      problem(
        "jobs",
        `${counts.parked} jobs are parked: no live scheduler knows their task or can read them`,
      ),
    );
  }
  const [oldest] = counts.ready === 0
    ? []
    : await store.getJobs({ states: ["ready"], order: "oldest", limit: 1, payloads: false });
  const lagMs = nowMs - (oldest?.runAtMs ?? nowMs);
  if (oldest && lagMs > LAG_MS_MAX && schedulers.length > 0) {
    findings.push(
      problem("jobs", `Job ${oldest.id} has been ready for ${seconds(lagMs)}; the workers do not keep up`),
    );
  }
  return findings;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
