import assert from "node:assert/strict";
import { z } from "zod";
import type { JobFailure } from "../../../src/context/job_failure.ts";
import { cancel } from "../../../src/context/snooze_and_cancel.ts";
import { task } from "../../../src/registry/task.ts";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { memory } from "../../../src/stores/memory.ts";
import { schedulerWrite } from "../../../src/testing/store_conformance/records.ts";
import { test } from "../../harness.ts";
import { gate, settle, setUp } from "../fixtures.ts";

test("onFailure is called once, when the last attempt has failed, with the job, its input and its very error", async () => {
  const failures: JobFailure<{ to: string }>[] = [];
  const thrown: Error[] = [];
  const mail = task({
    name: "mail",
    input: z.object({ to: z.string() }),
    retry: { maxAttempts: 2, base: { seconds: 1 }, jitter: 0 },
    run() {
      thrown.push(new TypeError("no such address"));
      throw thrown.at(-1);
    },
    onFailure: (failure) => void failures.push(failure),
  });
  const { scheduler, clock } = setUp({ tasks: [mail] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { id } = await scheduler.addJob(mail, { to: "ada" });
  await settle(clock);
  assert.equal(failures.length, 0);
  await clock.advance({ seconds: 2 });
  const [failure] = failures;
  assert.equal(failures.length, 1);
  assert.deepEqual([failure?.job.id, failure?.job.attempt, failure?.outcome, failure?.input], [
    id,
    2,
    "error",
    {
      to: "ada",
    },
  ]);
  assert.equal(failure?.error, thrown[1]);
});

test("onFailure is called for timeouts and missed deadlines, not for successes and cancelled jobs", async () => {
  const outcomes: string[] = [];
  const { opened, open } = gate();
  const any = task({
    name: "any",
    input: z.enum(["hang", "wait", "succeed", "cancel"]),
    async run(what, { signal }) {
      if (what === "cancel") cancel("no");
      if (what === "wait") await opened;
      if (what === "hang") {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      }
    },
    onFailure: ({ outcome, error }) => void outcomes.push(`${outcome}: ${error.message}`),
  });
  const { scheduler, clock } = setUp({ tasks: [any] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(any, "wait");
  await scheduler.addJob(any, "succeed", { timeToLive: { seconds: 5 } });
  await clock.advance({ seconds: 6 });
  open();
  await scheduler.addJob(any, "cancel");
  await scheduler.addJob(any, "hang", { timeout: { seconds: 3 } });
  await clock.advance({ seconds: 60 });
  assert.equal(outcomes.length, 2);
  assert.match(outcomes[0]!, /^missedStartDeadline: it was not started/);
  assert.match(outcomes[1]!, /^timedOut: /);
});

test("onFailure of a job whose scheduler is gone is called by the one that takes it over", async () => {
  const heard: string[] = [];
  const fragile = task({
    name: "fragile",
    onLostLease: "abandon",
    run() {},
    onFailure: ({ outcome }) => void heard.push(outcome),
  });
  const store = memory();
  const { scheduler, clock } = setUp({ store, tasks: [fragile] });
  await using _ = scheduler;
  await scheduler.addJob(fragile, undefined, { id: "lost" });
  const { incarnation } = await store.registerScheduler(schedulerWrite(["fragile"]));
  await store.claimJobs({ incarnation, tasks: [{ name: "fragile", version: 1 }], limit: 1 });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 2 });
  assert.equal((await scheduler.getJob("lost")).outcome, "abandoned");
  assert.deepEqual(heard, ["abandoned"]);
});

test("an onFailure that throws is told in the job's log and leaves the record alone", async () => {
  const failing = task({
    name: "failing",
    run() {
      throw new Error("first");
    },
    onFailure() {
      throw new Error("second");
    },
  });
  const { scheduler, events } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  const job = await scheduler.addJob(failing);
  await scheduler.runUntilIdle();
  assert.equal((await job.status()).error?.message, "first");
  const lines = events.flatMap((event) => event.type === "jobLog" ? [event] : []);
  assert.deepEqual(lines.map(({ level, message, fields }) => [level, message, fields["error"]]), [
    ["error", "onFailure failed", "second"],
  ]);
});

test("runUntilIdle() and stop() wait for onFailure, which can add jobs", async () => {
  const { opened, open } = gate();
  const told: string[] = [];
  const notify = task({ name: "notify", input: z.string(), run: (id) => void told.push(id) });
  const failing = task({
    name: "failing",
    run() {
      throw new Error("no");
    },
    async onFailure({ job }) {
      await opened;
      await currentScheduler().addJob(notify, job.id);
    },
  });
  const { scheduler, clock } = setUp({ tasks: [failing, notify] });
  await using _ = scheduler;
  const { id } = await scheduler.addJob(failing);
  const idle = scheduler.runUntilIdle();
  await settle(clock);
  open();
  await idle;
  assert.deepEqual(told, [id]);
});

test("onFailure must be a function", () => {
  const wrong = { name: "wrong", run() {}, onFailure: "later" };
  assert.throws(() => task(wrong as never), /'onFailure' of task 'wrong' must be a function/);
});
