import assert from "node:assert/strict";
import { ATTEMPTS_MAX, LOG_BYTES_MAX, LOG_LINES_MAX, type LogLine } from "../../model/job_history.ts";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import { defined, failure, only, success } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";
import type { StoreTest } from "./store_test.ts";

/** Ends after which a job continues, and the outcome of the kept attempt. */
const leaves: readonly (readonly [transition: JobTransition, outcome: string])[] = [
  [{ to: "retry", delayMs: 0, error: failure }, "error"],
  [{ to: "retry", delayMs: 0, error: failure, outcome: "timedOut" }, "timedOut"],
  [{ to: "snooze", delayMs: 0 }, "snoozed"],
  [{ to: "handBack", lostLease: false }, "handedBack"],
  [{ to: "handBack", lostLease: true }, "leaseLost"],
  [{ to: "parked", reason: "unknown version" }, "parked"],
];

async function attempts(t: StoreTest, id: string) {
  return defined(await t.store.getAttempts(id));
}

async function outcomes(t: StoreTest, id: string) {
  return (await attempts(t, id)).map(({ claimNumber, attempt, outcome }) => [claimNumber, attempt, outcome]);
}

function line(number: number, message = `line ${number}`): LogLine {
  return { line: number, atMs: number * 10, level: "info", message, fields: number % 2 ? null : '{"a":1}' };
}

function put(t: StoreTest, job: JobRecord, lines: readonly LogLine[], part: "run" | "onFailure" = "run") {
  return t.store.putLogs([{ jobSeq: job.seq, claimNumber: job.claimNumber, part, lines }]);
}

async function messages(t: StoreTest, id: string) {
  return defined(await t.store.getLogs(id)).map(({ message }) => message);
}

/** The history of jobs: attempts and log lines. */
export const historyTests: readonly StoreCheck[] = [
  check("getAttempts() reports the attempt that runs and of the one that finished the job", async (t) => {
    await t.task();
    const job = await t.running("a");
    const { owner, startedAtMs } = job;
    const running = { claimNumber: 1, attempt: 1, owner, ownerName: "test", startedAtMs };
    assert.deepEqual(await attempts(t, "a"), [{
      ...running,
      finishedAtMs: null,
      outcome: null,
      error: null,
    }]);
    t.pass(10);
    await t.end(job, { to: "finished", outcome: "error", value: null, error: failure, keepMs: 1000 });
    const ended = { ...running, finishedAtMs: t.nowMs, outcome: "error", error: failure };
    assert.deepEqual(await attempts(t, "a"), [ended]);
    await t.store.unregisterScheduler(owner as number);
    assert.deepEqual(await attempts(t, "a"), [ended]);
  }),
  ...leaves.map(([transition, outcome]) =>
    check(
      `getAttempts() keeps an attempt that ended ${outcome}, after which the job continues`,
      async (t) => {
        await t.task();
        const job = await t.running("a");
        t.pass(10);
        await t.end(job, transition);
        const { owner, startedAtMs } = job;
        const error = transition.to === "retry" ? failure : null;
        const left = { claimNumber: 1, attempt: 1, owner, ownerName: "test", startedAtMs, outcome, error };
        const kept = { ...left, finishedAtMs: t.nowMs };
        assert.deepEqual(await attempts(t, "a"), [kept]);
        await t.store.cancelJobs(["a"], { reason: "x", keepMs: null });
        assert.deepEqual(await attempts(t, "a"), [kept]);
      },
    )
  ),
  check("getAttempts() keeps the attempt that had finished a job when it is retried by hand", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.end(job, success);
    await t.store.retryJobs(["a"]);
    assert.deepEqual(await outcomes(t, "a"), [[1, 1, "success"]]);
    await t.claim(job.owner as number);
    assert.deepEqual(await outcomes(t, "a"), [[1, 1, "success"], [2, 1, null]]);
  }),
  check(
    "getAttempts() knows nothing of ends that were refused, of waiting jobs and of unknown ones",
    async (t) => {
      await t.task();
      const job = await t.running("a");
      await t.end({ ...job, claimNumber: 7 }, { to: "retry", delayMs: 0, error: null });
      assert.deepEqual(await outcomes(t, "a"), [[1, 1, null]]);
      await t.add("b");
      assert.deepEqual(await attempts(t, "b"), []);
      await t.store.cancelJobs(["b"], { reason: "x", keepMs: null });
      await t.store.retryJobs(["b"]);
      assert.deepEqual(await attempts(t, "b"), []);
      assert.equal(await t.store.getAttempts("c"), undefined);
    },
  ),
  check("getAttempts() reports a run once that was asked to stop instead of continuing", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.store.cancelJobs(["a"], { reason: "x", keepMs: null });
    await t.end(job, { to: "retry", delayMs: 0, error: failure });
    assert.deepEqual(await outcomes(t, "a"), [[1, 1, "cancelled"]]);
  }),
  check(
    "getAttempts() keeps the newest attempts within its bound, of a job that is retried too",
    async (t) => {
      await t.task();
      let job = await t.running("a");
      for (let turn = 0; turn < ATTEMPTS_MAX + 2; turn++) {
        await t.end(job, { to: "snooze", delayMs: 0 });
        job = only(await t.claim(job.owner as number));
      }
      const claims = (await attempts(t, "a")).map(({ claimNumber }) => claimNumber);
      assert.deepEqual([claims.length, claims[0], claims.at(-1)], [ATTEMPTS_MAX + 1, 3, ATTEMPTS_MAX + 3]);
      // A retry keeps no more of them than any other end after which the job continues.
      for (let round = 0; round < 5; round++) {
        await t.end(job, success);
        await t.store.retryJobs(["a"]);
        job = only(await t.claim(job.owner as number));
      }
      const numbers = (await attempts(t, "a")).map(({ claimNumber }) => claimNumber);
      assert.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [ATTEMPTS_MAX + 1, 8, ATTEMPTS_MAX + 8]);
    },
  ),
  check("putLogs() adds the lines of runs in order, each once, and numbers them", async (t) => {
    await t.task();
    const job = await t.running("a");
    await put(t, job, [line(1), line(2)]);
    await put(t, job, [line(1), line(2), line(3)]);
    await put(t, job, [line(1, "after")], "onFailure");
    await put(t, { ...job, claimNumber: 2 }, [line(1, "again")]);
    await put(t, job, []);
    assert.deepEqual(
      defined(await t.store.getLogs("a")).map((one) => [one.ordinal, one.claimNumber, one.part, one.line]),
      [[1, 1, "run", 1], [2, 1, "run", 2], [3, 1, "run", 3], [4, 1, "onFailure", 1], [5, 2, "run", 1]],
    );
    const first = defined(await t.store.getLogs("a"))[0];
    assert.deepEqual(first, { ...line(1), ordinal: 1, claimNumber: 1, part: "run" });
  }),
  check("putLogs() keeps the newest lines within its bounds", async (t) => {
    await t.task();
    const job = await t.running("a");
    await put(t, job, Array.from({ length: LOG_LINES_MAX + 5 }, (_, index) => line(index + 1)));
    const kept = defined(await t.store.getLogs("a"));
    assert.deepEqual([kept.length, kept[0]?.ordinal, kept[0]?.line], [LOG_LINES_MAX, 6, 6]);
    const large = "ü".repeat(LOG_BYTES_MAX / 8);
    await put(
      t,
      job,
      [1, 2, 3, 4, 5].map((number) => line(LOG_LINES_MAX + 4 + 2 * number - 1, large + number)),
    );
    assert.deepEqual((await messages(t, "a")).map((text) => text.slice(-1)), ["3", "4", "5"]);
  }),
  check("putLogs() passes over jobs that are gone, and logs and attempts go with their job", async (t) => {
    await t.task();
    const [kept, removed, pruned] = [await t.running("a"), await t.running("b"), await t.running("c")];
    for (const job of [kept, removed, pruned]) {
      await put(t, job, [line(1)]);
      await t.end(job, { to: "handBack", lostLease: false });
    }
    await t.store.removeJobs(["b"]);
    await t.store.cancelJobs(["c"], { reason: "x", keepMs: 1 });
    t.pass(1);
    assert.equal((await t.store.prune(10)).jobs, 1);
    await put(t, removed, [line(2)]);
    assert.equal(await t.store.getLogs("b"), undefined);
    assert.equal(await t.store.getAttempts("c"), undefined);
    assert.deepEqual(await messages(t, "a"), ["line 1"]);
    await t.add("b");
    assert.deepEqual([await messages(t, "b"), await attempts(t, "b")], [[], []]);
  }),
];
