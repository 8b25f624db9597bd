import assert from "node:assert/strict";
import type { InStatement } from "@libsql/client";
import { currentJob } from "../../../src/context/current_job.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import { test } from "../../harness.ts";
import { gate, refusal } from "../fixtures.ts";
import { type Application, applications, withApplication } from "./application.ts";

/** Takes the running job away, as a scheduler does that thinks its owner is gone. */
async function steal(store: DataStore, id: string): Promise<void> {
  const [job] = await store.getJobs({ ids: [id] });
  const [owner] = (await store.getSchedulers()).filter(({ incarnation }) => incarnation === job!.owner);
  const fence = { seq: job!.seq, incarnation: job!.owner!, claimNumber: job!.claimNumber };
  const transition = { to: "handBack", lostLease: true } as const;
  const buried = await store.takeOver(fence.incarnation, owner!.leaseUntilMs, [{ fence, transition }]);
  assert.deepEqual(buried, [true]);
}

function finishedEvents(scheduler: Scheduler): string[] {
  const told: string[] = [];
  scheduler.subscribe(({ outcome, local }) => told.push(`${outcome} ${local?.value}`), {
    types: "jobFinished",
  });
  return told;
}

const cases: Readonly<Record<string, (application: Application) => Promise<void>>> = {
  "the job's writes and its success are committed together, and told once": async (application) => {
    const pay = task({
      name: "pay",
      async run(_input, { completeIn }) {
        const { transaction, execute, commit } = await application.begin();
        await execute("insert into orders values ('paid')");
        await completeIn(transaction, "receipt");
        await commit();
        return "not this";
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [pay] });
    await using client = new Scheduler({ store: application.another(), role: "client" });
    const told = finishedEvents(scheduler);
    const job = await scheduler.addJob(pay);
    const elsewhere = client.getJobResult(job.id);
    await scheduler.runUntilIdle();
    assert.equal(await job.result(), "receipt");
    assert.equal((await elsewhere).value, "receipt");
    assert.deepEqual(told, ["success receipt"]);
    assert.deepEqual(await application.orders(), ["paid"]);
    const [attempt, ...others] = await scheduler.getJobAttempts(job.id);
    assert.deepEqual([attempt!.outcome, others.length], ["success", 0]);
    assert.notEqual((await job.status()).expiresAt, undefined);
    assert.equal(await scheduler.runJob(pay), "receipt");
  },
  "a rolled back completion leaves the end to the function": async (application) => {
    let runs = 0;
    const pay = task({
      name: "pay",
      retry: { maxAttempts: 2, base: { milliseconds: 1 } },
      async run(_input, { completeIn }) {
        const { transaction, execute, commit, rollback } = await application.begin();
        await execute(`insert into orders values ('attempt ${++runs}')`);
        await completeIn(transaction);
        if (runs === 2) return void await commit();
        await rollback();
        throw new Error("the bank does not answer");
      },
    });
    const quiet = task({
      name: "quiet",
      async run() {
        const { transaction, rollback } = await application.begin();
        await currentJob().completeIn(transaction, "never");
        await rollback();
        return "returned";
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [pay, quiet] });
    const told = finishedEvents(scheduler);
    const job = await scheduler.addJob(pay);
    await scheduler.runUntilIdle({ until: "empty" });
    assert.equal((await job.status()).attempt, 2);
    assert.deepEqual(await application.orders(), ["attempt 2"]);
    assert.equal(await scheduler.runJob(quiet), "returned");
    assert.deepEqual(told, ["success undefined", "success returned"]);
  },
  "what the function does after the commit changes nothing any more": async (application) => {
    const overtime = gate();
    const pay = task({
      name: "pay",
      retry: { maxAttempts: 3 },
      async run(_input, { completeIn, signal }) {
        const { transaction, commit } = await application.begin();
        await completeIn(transaction, 1);
        await assert.rejects(completeIn(transaction, 2), refusal("invalidState", /call completeIn\(\) once/));
        await commit();
        overtime.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw new Error("too late");
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [pay] });
    const told = finishedEvents(scheduler);
    const job = await scheduler.addJob(pay, undefined, { timeout: { milliseconds: 500 } });
    const idle = scheduler.runUntilIdle();
    await overtime.opened;
    assert.equal((await job.status()).state, "finished");
    await idle;
    assert.deepEqual(told, ["success 1"]);
  },
  "who lost the job cannot complete it": async (application) => {
    const stolen = gate();
    const started = gate();
    const errors: unknown[] = [];
    let runs = 0;
    const pay = task({
      name: "pay",
      async run(_input, { completeIn }) {
        if (++runs > 1) return "the second owner";
        started.open();
        await stolen.opened;
        const { transaction, execute, rollback } = await application.begin();
        await execute("insert into orders values ('paid')");
        try {
          await completeIn(transaction);
        } catch (error) {
          errors.push(error);
        }
        await rollback();
        const statements: InStatement[] = ["insert into orders values ('paid')"];
        statements[0] = { sql: statements[0] as string, args: [] };
        await completeIn(statements);
        await assert.rejects(async () => await application.send(statements), /guard_must_hold/);
        return "the first owner";
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [pay] });
    const told = finishedEvents(scheduler);
    const job = await scheduler.addJob(pay);
    await scheduler.startInBackground();
    await started.opened;
    await steal(scheduler.getStore(), job.id);
    await using second = new Scheduler({ store: application.another(), tasks: [pay] });
    await second.startInBackground();
    assert.equal(await job.result(), "the second owner");
    stolen.open();
    await scheduler.stop();
    assert.ok(refusal("leaseLost", /roll the transaction back/)(errors[0]));
    assert.deepEqual(await application.orders(), []);
    assert.deepEqual(told, []);
  },
  "a batch of statements completes it too": async (application) => {
    const pay = task({
      name: "pay",
      async run(_input, { completeIn }) {
        const statements: InStatement[] = [{ sql: "insert into orders values ('paid')", args: [] }];
        await completeIn(statements, { receipt: 1 });
        await application.send(statements);
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [pay] });
    assert.deepEqual(await scheduler.runJob(pay), { receipt: 1 });
    assert.deepEqual(await application.orders(), ["paid"]);
  },
  "a schedule counts from the commit": async (application) => {
    let runs = 0;
    const twice = gate();
    const pay = task({
      name: "pay",
      async run(_input, { completeIn }) {
        const { transaction, commit } = await application.begin();
        await completeIn(transaction);
        await commit();
        if (++runs === 2) twice.open();
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [pay] });
    await scheduler.addSchedule(pay, fixedDelay({ milliseconds: 20 }), { id: "often" });
    await scheduler.startInBackground();
    await twice.opened;
    const [stored] = await scheduler.getStore().getSchedules({ ids: ["often"] });
    assert.ok(stored!.lastFinishedMs! > 0);
  },
  "what ran into its timeout is not completed, what was cancelled is": async (application) => {
    const told: unknown[] = [];
    let running = gate();
    const late = task({
      name: "late",
      async run(_input, { completeIn, signal }) {
        running.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        const { transaction, commit, rollback } = await application.begin();
        try {
          await completeIn(transaction, "in spite of it");
          await commit();
        } catch (error) {
          told.push(error);
          await rollback();
        }
      },
    });
    await using scheduler = new Scheduler({ store: application.store, tasks: [late] });
    await scheduler.startInBackground();
    const slow = await scheduler.addJob(late, undefined, { timeout: { milliseconds: 20 } });
    await assert.rejects(slow.result(), refusal("jobTimedOut"));
    assert.ok(refusal("jobTimedOut")(told[0]));
    running = gate();
    const cancelled = await scheduler.addJob(late);
    await running.opened;
    await cancelled.cancel();
    assert.equal(await cancelled.result(), "in spite of it");
  },
};

for (const [kind, { skip, make }] of Object.entries(applications)) {
  for (const [name, body] of Object.entries(cases)) {
    test(`completeIn(), ${kind}: ${name}${skip ?? ""}`, () => withApplication(make, body), {
      ignore: skip !== undefined,
    });
  }
}

test("completeIn() refuses a value that does not fit, and a store that is no database", async () => {
  const wrong = task({
    name: "wrong",
    output: {
      "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "never" }] }) },
    },
    run: (_input, { completeIn }) => completeIn([], 5),
  });
  const right = task({ name: "right", run: (_input, { completeIn }) => completeIn([], 5) });
  await using scheduler = new Scheduler({ tasks: [wrong, right], logger: false });
  const cause = async (job: Promise<unknown>) => {
    const error = await job.then(() => undefined, (error) => error);
    return (error as Error).cause as Error;
  };
  assert.match((await cause(scheduler.runJob(wrong))).message, /never/);
  assert.match((await cause(scheduler.runJob(right))).message, /memory store cannot/);
});
