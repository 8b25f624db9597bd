import assert from "node:assert/strict";
import type { JobRecord } from "../../src/model/job_record.ts";
import type { ScheduleRecord } from "../../src/model/schedule_record.ts";
import { test } from "../harness.ts";
import type { Evidence, NotedLine, Run } from "./chaos_evidence.ts";
import { checkCalls } from "./check_calls.ts";
import { checkLimits } from "./check_limits.ts";
import { checkRuns } from "./check_runs.ts";
import { checkSchedules } from "./check_schedules.ts";
import type { Note } from "./journal.ts";
import { CHAOS_SCHEDULES } from "./workload.ts";

function job(changes: Partial<JobRecord> = {}): JobRecord {
  return {
    ...{
      id: "j",
      seq: 1,
      taskName: "ranked",
      state: "finished",
      outcome: "success",
      attempt: 1,
      claimNumber: 1,
    },
    ...{ owner: 1, scheduleId: null, scheduleSeq: null, fireTimeMs: null, concurrencyKey: null, priority: 0 },
    ...{
      identityKey: null,
      createdAtMs: 0,
      startedAtMs: 10,
      finishedAtMs: 20,
      input: null,
      value: 'json:"r"',
    },
    ...changes,
  } as JobRecord;
}

function run(of: JobRecord, changes: Partial<Run> = {}): Run {
  return { run: "r", job: of, attempt: 1, claim: 1, beganMs: 10, overMs: 19, ended: true, ...changes };
}

function evidence(changes: Partial<Evidence>): Evidence {
  return { schedules: [], jobs: [], lines: [], runs: [], damages: [], ...changes };
}

function line(note: Note): NotedLine {
  return { atMs: 0, by: "one", ...note };
}

test("the checks of a chaos run find nothing wrong where all is well", () => {
  const stored = job();
  const lines = [
    line({ what: "adding", job: "j", notBeforeMs: 5 }),
    line({ what: "claimed", job: "j", incarnation: 1, claim: 1 }),
  ];
  const sound = evidence({ jobs: [stored], runs: [run(stored)], lines });
  assert.deepEqual([checkRuns, checkLimits, checkCalls].flatMap((check) => check(sound)), []);
});

test("checkSchedules() finds fires that are lost, doubled or dropped", () => {
  const counters = { runs: 3, late: 0, missed: 0, coalesced: 0, skipped: 0 };
  const schedules = CHAOS_SCHEDULES.map(({ id, everyMs }, index) => ({
    ...{ id, seq: index, counters, anchorMs: 0, lastFireTimeMs: 2 * everyMs, nextFireTimeMs: 3 * everyMs },
  } as ScheduleRecord));
  const jobs = CHAOS_SCHEDULES.flatMap(({ everyMs }, scheduleSeq) =>
    [0, 1, 2].map((fire) => job({ scheduleSeq, fireTimeMs: fire * everyMs }))
  );
  assert.deepEqual(checkSchedules(evidence({ schedules, jobs })), []);
  assert.match(checkSchedules(evidence({ schedules, jobs: jobs.slice(1) })).join(), /3 runs, but 2 jobs/);
  const doubled = jobs.with(0, jobs[1]!);
  assert.match(checkSchedules(evidence({ schedules, jobs: doubled })).join(), /two jobs of one fire time/);
  const late = schedules.map((schedule) => ({ ...schedule, counters: { ...counters, runs: 2, missed: 1 } }));
  assert.match(checkSchedules(evidence({ schedules: late, jobs })).join(), /dropped, but all were wanted/);
  assert.match(checkSchedules(evidence({ schedules: schedules.slice(1), jobs })).join(), /is gone/);
});

test("checkRuns() finds stale owners, claims given twice and wrong ends", () => {
  const stored = job({ claimNumber: 2 });
  const claimed = line({ what: "claimed", job: "j", incarnation: 1, claim: 2 });
  const end = {
    what: "end",
    seq: 1,
    incarnation: 1,
    claim: 1,
    to: "finished",
    outcome: "success",
    held: true,
  } as const;
  const found = (changes: Partial<Evidence>) => checkRuns(evidence({ jobs: [stored], ...changes })).join();
  assert.match(found({ lines: [claimed, claimed] }), /was given twice/);
  assert.match(found({ lines: [line(end)] }), /was ended by 1 under claim 1/);
  assert.match(found({ runs: [run(stored)] }), /has the value of run r under claim 1/);
  assert.match(found({}), /no run of it said so/);
  assert.match(found({ jobs: [job({ state: "running", outcome: null })] }), /is running/);
  assert.match(found({ jobs: [job({ outcome: "error" })] }), /ended as error, not as success/);
  assert.match(found({ runs: [run(stored, { beganMs: 30 })] }), /began after job j was over/);
});

test("checkLimits() finds overlaps, broken order, and what began too early or before its betters", () => {
  const [one, two] = [job(), job({ id: "k", seq: 2 })];
  const found = (...runs: readonly Run[]) => checkLimits(evidence({ runs })).join();
  assert.match(found(run(one), run(two, { beganMs: 18, overMs: 40 })), /ranked: 2 at once, of 1/);
  assert.equal(found(run(one), run(two, { beganMs: 19, overMs: 40 })), "");
  const lane = { taskName: "inOrder", concurrencyKey: "a" };
  const next = run(job({ ...lane, id: "k", seq: 2 }), { beganMs: 1, overMs: 2 });
  assert.match(found(run(job(lane)), next), /did not wait its turn/);
  assert.match(found(run(job({ createdAtMs: 15 }))), /began before its time/);
  const better = job({ id: "k", seq: 2, priority: 5, startedAtMs: 30 });
  assert.match(checkLimits(evidence({ jobs: [one, better] })).join(), /was taken before k of 5/);
});

test("checkCalls() finds acknowledged writes that are lost, and work that is there twice", () => {
  const added = (id: string, key: string | null) => line({ what: "added", job: id, asked: id, key });
  const asked = ["j", "k"].map((id) => line({ what: "adding", job: id, notBeforeMs: 0 }));
  const jobs = [job(), job({ id: "k", seq: 2 })];
  const found = (...lines: readonly NotedLine[]) =>
    checkCalls(evidence({ jobs, lines: [...asked, ...lines] })).join();
  assert.equal(found(added("j", null)), "");
  assert.match(found(added("lost", null)), /was acknowledged, but is not there/);
  assert.match(found(added("j", "key"), added("k", "key")), /is both job j and job k/);
  assert.match(found(line({ what: "cancelled", job: "j" })), /told to be cancelled, but is success/);
  assert.match(found(line({ what: "result", job: "j", value: "other" })), /another value is stored/);
  assert.match(checkCalls(evidence({ jobs })).join(), /nobody asked for job j/);
});
