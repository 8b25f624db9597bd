import assert from "node:assert/strict";
import type { JobTransition } from "../../model/job_record.ts";
import { idsOf, newJob, schedulerWrite, scheduleWrite, TASK, taskWrite, versionOf } from "./records.ts";
import { check, needing, type StoreCheck } from "./store_check.ts";
import { contentOf, defined, ending, only, type StoreTest, success } from "./store_test.ts";

/** Half of a surrogate pair: the rest of a string that was cut within a character. */
const half = "\u{1f600}".slice(0, 1);
const cut = `cut ${half}`;
const json = JSON.stringify({ cut, "\\ud83d": "\\\ud83d\\" });

/** A store may replace the half of a character, and nothing else. */
function same(answered: string | null | undefined, given: string): void {
  assert.equal(wellFormed(answered ?? ""), wellFormed(given));
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Strings with half a surrogate pair, which UTF-8 cannot encode: every field that may hold one is stored and read back. */
export const halfCharacterTests: readonly StoreCheck[] = [
  check(
    "a string that was cut within a character is stored: inputs, metadata, values, errors",
    async (t) => {
      await t.task();
      await t.store.addJobs([newJob("a", { input: cut, metadata: { cut } })]);
      await t.store.addJobs([1, 2, 3, 4, 5].map((number) => newJob(`b${number}`, { input: json })));
      await t.store.addJobs([newJob("c", { input: cut, concurrencyKey: "k" })]);
      const job = only(await t.claim(await t.scheduler(), { limit: 1 }));
      same(job.input, cut);
      const error = { name: "Error", message: cut };
      await t.end(job, { to: "finished", outcome: "error", value: cut, error, keepMs: 1000 });
      const finished = await t.job("a");
      same(finished.value, cut);
      same(finished.error?.message, cut);
      same(String(finished.metadata["cut"]), cut);
      assert.equal((await t.job("b3")).input, json);
      same((await t.job("c")).input, cut);
      same(defined(await t.store.updateJob("c", { input: `${cut}!` })).input, `${cut}!`);
    },
  ),
  check("a string that was cut within a character is stored: logs, progress, reasons", async (t) => {
    await t.task();
    const job = await t.running("a");
    const line = { line: 1, atMs: 1, level: "info", message: cut, fields: json } as const;
    await t.store.putLogs([{ jobSeq: job.seq, claimNumber: job.claimNumber, part: "run", lines: [line] }]);
    const stored = only(defined(await t.store.getLogs("a")));
    same(stored.message, cut);
    assert.equal(stored.fields, json);
    const fence = { seq: job.seq, incarnation: job.owner as number, claimNumber: job.claimNumber };
    await t.store.putProgress([{ fence, progress: { done: 1, total: 2, message: cut, atMs: 1 } }]);
    same((await t.job("a")).progress?.message, cut);
    await t.end(job, { to: "parked", reason: cut });
    same((await t.job("a")).parkedReason, cut);
    const { cancelled } = await t.store.cancelJobs(["a"], { reason: cut, keepMs: 1000 });
    same(only(cancelled).cancelRequested, cut);
  }),
  check("a string that was cut within a character is stored: schedules", async (t) => {
    const schedule = scheduleWrite("s", { description: cut, error: cut, input: json, metadata: { cut } });
    const [written] = defined(await t.store.writeSchedules({ puts: [{ expected: null, schedule }] }));
    same(written?.description, cut);
    same(written?.error, cut);
    assert.equal(written?.input, json);
    same(String(written?.metadata["cut"]), cut);
  }),
];

const error = { name: "E", message: "no", details: { at: ["here"] }, cause: { name: "F", message: "why" } };
const failed: JobTransition = { to: "finished", outcome: "error", value: null, error, keepMs: null };

/** Stores values through every method, and resolves to all arguments and all results. */
async function storeEverything({ store }: StoreTest): Promise<readonly unknown[]> {
  const kept: unknown[] = [];
  const give = <Value>(value: Value): Value => {
    const own = structuredClone(value);
    kept.push(own);
    return own;
  };
  const got = <Value>(value: Value): Value => {
    kept.push(value);
    return value;
  };
  got(await store.putTasks(give([{ ...taskWrite(TASK, { maxRunningJobs: null }), metadata: { a: ["b"] } }])));
  got(await store.updateTask(TASK, give({ overrides: { metadata: { a: ["c"] }, tags: ["t"] } })));
  const scheduler = { ...schedulerWrite([TASK]), tags: ["t"] };
  const { incarnation } = got(await store.registerScheduler(give(scheduler)));
  const schedule = scheduleWrite("s", { metadata: { a: ["b"] }, nextFireTimeMs: 1 });
  const [written] = got((await store.writeSchedules(give({ puts: [{ expected: null, schedule }] })))!);
  const fired = newJob("fired", { scheduleSeq: written!.seq, scheduleId: "s", fireTimeMs: 1, tags: ["t"] });
  const advance = { schedule: contentOf(written!), jobs: [fired], expectedUnfinishedJobs: null };
  got(await store.advanceSchedules(give([{ ...advance, expected: versionOf(written!) }])));
  const jobs = ["failing", "tried"].map((id) => newJob(id, { overrides: { tags: ["t"] } }));
  const child = newJob("child", { parents: { ids: ["failing"], onFailure: "cascade" } });
  const named = newJob("named", { identity: { key: "k", states: ["ready"], periodMs: null, replace: null } });
  got(await store.addJobs(give([...jobs, child, named])));
  got(await store.updateJob("child", give({ metadata: { a: ["b"] } })));
  const claim = { incarnation, tasks: [{ name: TASK, version: 1 }], limit: 2, jobIds: ["failing", "tried"] };
  const [failing, tried] = got(await store.claimJobs(give(claim))).claimed;
  const line = { line: 1, atMs: 1, level: "info" as const, message: "m", fields: "{}" };
  const batch = { jobSeq: tried!.seq, claimNumber: 1, part: "run" as const, lines: [line] };
  await store.putLogs(give([batch]));
  const { fence } = ending(tried!);
  await store.putProgress(give([{ fence, progress: { done: 1, total: 2, message: null, atMs: 1 } }]));
  await store.endJobs(give([ending(failing!, failed), ending(tried!, { to: "retry", delayMs: 0, error })]));
  await store.putCalendar("c", give({ days: ["2026-01-01"] }));
  return kept;
}

/** Everything that a store shows. */
async function everything({ store }: StoreTest) {
  return {
    tasks: await store.getTasks(),
    schedules: await store.getSchedules({}),
    due: await store.dueSchedules(9),
    jobs: await store.getJobs({}),
    attempts: await store.getAttempts("tried"),
    logs: await store.getLogs("tried"),
    parents: await store.getParents("child"),
    schedulers: await store.getSchedulers(),
    calendars: await store.getCalendars(),
    changes: await store.readChanges({ after: 0, limit: 99 }),
  };
}

/** Changes everything that can be changed in a value, at any depth. */
function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) spoil(inner);
  for (const key of Object.keys(value)) Reflect.set(value, key, "spoiled");
  if (Array.isArray(value)) Reflect.set(value, value.length, "spoiled");
}

/** Callers may change their own values without changing the store. */
export const copyTests: readonly StoreCheck[] = [
  check(
    "a store keeps copies: later changes to arguments and results are not stored",
    async (t) => {
      const kept = await storeEverything(t);
      const stored = structuredClone(await everything(t));
      spoil(kept);
      assert.deepEqual(await everything(t), stored);
      spoil(await everything(t));
      assert.deepEqual(await everything(t), stored);
    },
  ),
];

/** Rows that cannot be read: they are reported, never dropped, and hold nothing up. */
export const undecodableTests: readonly StoreCheck[] = [
  needing(
    "corruptJob",
    "getJobs() returns an undecodable job with its fault, beside valid ones",
    async (t) => {
      await t.addAll(["a", "b", "c"]);
      await t.corruptJob("b");
      const jobs = await t.store.getJobs({ order: "oldest" });
      assert.deepEqual(idsOf(jobs), ["a", "b", "c"]);
      assert.deepEqual(jobs.map((job) => job.undecodable === undefined), [true, false, true]);
      assert.notEqual(jobs[1]?.undecodable, "");
      assert.equal((await t.store.countJobs({})).parked, 3);
    },
  ),
  needing(
    "corruptJob",
    "claimJobs() claims an undecodable job like any other, so that it can be parked",
    async (t) => {
      await t.task();
      const incarnation = await t.scheduler();
      await t.addAll(["a", "b", "c"]);
      await t.corruptJob("b");
      const claimed = await t.claim(incarnation);
      assert.deepEqual(idsOf(claimed), ["a", "b", "c"]);
      assert.deepEqual(claimed.map((job) => job.undecodable === undefined), [true, false, true]);
      const results = [];
      for (const job of claimed) {
        const parked = { to: "parked", reason: job.undecodable ?? "" } as const;
        results.push(await t.end(job, job.undecodable === undefined ? success : parked));
      }
      assert.deepEqual(results, [true, true, true]);
      assert.equal(await t.state("b"), "parked");
      assert.deepEqual(await t.claimIds(incarnation), []);
    },
  ),
  needing("corruptJob", "cancelJobs(), retryJobs() and removeJobs() work on undecodable jobs", async (t) => {
    await t.task();
    await t.scheduler();
    await t.add("a");
    await t.corruptJob("a");
    const { cancelled } = await t.store.cancelJobs(["a"], { reason: "broken", keepMs: 5 });
    assert.deepEqual(idsOf(cancelled), ["a"]);
    assert.deepEqual(idsOf(await t.store.retryJobs(["a"])), ["a"]);
    assert.equal(await t.state("a"), "ready");
    assert.deepEqual(await t.store.removeJobs(["a"]), ["a"]);
  }),
  needing("corruptJob", "claimJobs() ends an undecodable job whose start deadline has passed", async (t) => {
    const incarnation = await t.scheduler();
    await t.add("a", { startDeadlineMs: t.nowMs - 1 });
    await t.corruptJob("a");
    assert.deepEqual(await t.claimIds(incarnation), []);
    assert.equal((await t.job("a")).outcome, "missedStartDeadline");
  }),
  needing(
    "corruptSchedule",
    "dueSchedules() returns an undecodable schedule with its fault, beside others",
    async (t) => {
      for (const id of ["a", "b", "c"]) await t.addSchedule(id, { nextFireTimeMs: t.nowMs });
      await t.corruptSchedule("b");
      const { due } = await t.store.dueSchedules(9);
      assert.deepEqual(due.map(({ schedule }) => schedule.id), ["a", "b", "c"]);
      assert.deepEqual(due.map(({ schedule }) => schedule.undecodable === undefined), [true, false, true]);
      const all = await t.store.getSchedules({});
      assert.deepEqual(all.map(({ undecodable }) => undecodable === undefined), [true, false, true]);
    },
  ),
  needing(
    "corruptSchedule",
    "writeSchedules() can fail an undecodable schedule, which is then no longer due",
    async (t) => {
      await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
      await t.corruptSchedule("s");
      const { undecodable, ...read } = await t.schedule("s");
      const write = { ...contentOf(read), status: "failed", error: undecodable ?? null } as const;
      await t.putSchedule(read, write);
      assert.deepEqual((await t.store.dueSchedules(9)).due, []);
      const after = await t.schedule("s");
      assert.deepEqual([after.status, after.error], ["failed", undecodable]);
    },
  ),
  needing("corruptSchedule", "writeSchedules() mends and removes undecodable schedules", async (t) => {
    const sound = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    await t.corruptSchedule("s");
    const mended = await t.putSchedule(await t.schedule("s"), contentOf(sound));
    assert.equal(mended.undecodable, undefined);
    assert.deepEqual(contentOf(mended), contentOf(sound));
    await t.corruptSchedule("s");
    await t.removeSchedule(await t.schedule("s"));
    assert.deepEqual(await t.store.getSchedules({}), []);
  }),
];
