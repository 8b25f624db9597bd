import assert from "node:assert/strict";
import type { JobTransition } from "../../model/job_record.ts";
import { newJob, schedulerWrite, scheduleWrite, TASK, taskWrite, versionOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { contentOf, ending, type StoreTest } from "./store_test.ts";

const error = { name: "E", message: "no", details: { at: ["here"] }, cause: { name: "F", message: "why" } };
const failed: JobTransition = { to: "finished", outcome: "error", value: null, error, keepMs: null };

/** Stores values in every way there is, and answers all that was given and all that was answered. */
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

/** All that can be seen. */
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

/** Changes whatever can be changed in a value, as deep as it goes. */
function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) spoil(inner);
  for (const key of Object.keys(value)) Reflect.set(value, key, "spoiled");
  if (Array.isArray(value)) Reflect.set(value, value.length, "spoiled");
}

/** What a caller does to its own values is nothing to the store. */
export const copyTests: readonly StoreCheck[] = [
  check(
    "a store keeps copies: what callers change afterwards in what they gave or got is not stored",
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
