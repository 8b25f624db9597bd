import assert from "node:assert/strict";
import type { InStatement } from "@libsql/client";
import { z } from "zod";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { refusal } from "../fixtures.ts";
import { type Application, applications, withApplication } from "./application.ts";

const ship = task({ name: "ship", input: z.string(), maxRunningJobs: 5, run: (name) => `shipped ${name}` });
const keyed = task({
  name: "keyed",
  input: z.string(),
  maxRunningJobs: 5,
  concurrency: { key: (name) => name, max: 1 },
  run: (name) => name,
});
const tasks = [ship, keyed];

async function count(scheduler: Scheduler): Promise<number> {
  return (await scheduler.getJobs()).items.length;
}

const cases: Readonly<Record<string, (application: Application) => Promise<void>>> = {
  "a job is there once the caller's transaction is committed": async (application) => {
    await using scheduler = new Scheduler({ store: application.store, tasks });
    await scheduler.startInBackground();
    const { transaction, execute, commit } = await application.begin();
    await execute("insert into orders values ('lamp')");
    const job = await scheduler.addJob(ship, "lamp", { transaction });
    assert.equal(job.outcome, "added");
    assert.equal(await count(scheduler), 0);
    const result = job.result();
    await commit();
    assert.equal(await result, "shipped lamp");
    assert.equal((await job.status()).state, "finished");
    assert.deepEqual(await application.orders(), ["lamp"]);
  },
  "a job never was when the caller rolls back": async (application) => {
    await using scheduler = new Scheduler({ store: application.store, tasks, role: "client" });
    await scheduler.open();
    const { transaction, execute, rollback } = await application.begin();
    await execute("insert into orders values ('lamp')");
    const job = await scheduler.addJob(ship, "lamp", { transaction });
    const result = job.result();
    result.catch(() => {});
    await rollback();
    await assert.rejects(result, refusal("jobNotFound"));
    assert.equal(await count(scheduler), 0);
    assert.deepEqual(await application.orders(), []);
  },
  "jobs of one call, ids that are there and identities are told apart": async (application) => {
    await using scheduler = new Scheduler({ store: application.store, tasks, role: "client" });
    await scheduler.addJob(ship, "first", { id: "known" });
    await scheduler.addJob(ship, "once", { idempotencyKey: "k" });
    await scheduler.addJob(ship, "old", { debounce: { by: () => "d" }, delay: { hours: 1 } });
    const { transaction, commit } = await application.begin();
    const again = await scheduler.addJob(ship, "second", { id: "known", transaction });
    const same = await scheduler.addJob(ship, "twice", { idempotencyKey: "k", transaction });
    const newer = await scheduler.addJob(ship, "new", {
      debounce: { by: () => "d" },
      delay: { hours: 1 },
      transaction,
    });
    const several = await scheduler.addJobs(ship, ["a", "b"], { transaction, delay: { hours: 1 } });
    await commit();
    const outcomes = [again, same, newer, ...several].map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ["deduplicated", "deduplicated", "replaced", "added", "added"]);
    assert.equal(await count(scheduler), 5);
    assert.equal((await several[1]!.status()).state, "scheduled");
  },
  "jobs wait for their key as if they were added alone": async (application) => {
    await using scheduler = new Scheduler({ store: application.store, tasks });
    await scheduler.open();
    const { transaction, commit } = await application.begin();
    const jobs = await scheduler.addJobs(keyed, ["x", "x", "y"], { transaction });
    await commit();
    await scheduler.runUntilIdle();
    assert.deepEqual(await Promise.all(jobs.map((job) => job.result())), ["x", "x", "y"]);
  },
  "the statements of a batch add a job too": async (application) => {
    await using scheduler = new Scheduler({ store: application.store, tasks });
    const statements: InStatement[] = [{ sql: "insert into orders values ('lamp')", args: [] }];
    const job = await scheduler.addJob(ship, "lamp", { transaction: statements });
    assert.equal(await count(scheduler), 0);
    await assert.rejects(job.result(), refusal("jobNotFound"));
    await application.send(statements);
    await scheduler.runUntilIdle();
    assert.equal(await job.result(), "shipped lamp");
    assert.deepEqual(await application.orders(), ["lamp"]);
    await assert.rejects(
      scheduler.addJob(ship, "lamp", { transaction: [], idempotencyKey: "k" }),
      refusal("invalidOption", /give the job an 'id'/),
    );
  },
  "a started scheduler elsewhere takes a job up by itself": async (application) => {
    await using worker = new Scheduler({ store: application.another(), tasks });
    await worker.startInBackground();
    await using web = new Scheduler({ store: application.store, tasks, role: "client" });
    await web.open();
    const { transaction, commit } = await application.begin();
    const job = await web.addJob(ship, "lamp", { transaction });
    await commit();
    assert.equal(await job.result(), "shipped lamp");
  },
  "what is wrong with a job is told before anything is written": async (application) => {
    await using scheduler = new Scheduler({ store: application.store, tasks, role: "client" });
    const { transaction, rollback } = await application.begin();
    await assert.rejects(
      scheduler.addJob(ship, "lamp", { transaction }),
      refusal("invalidState", /call open\(\) of the scheduler/),
    );
    await rollback();
    await scheduler.open();
    await assert.rejects(
      scheduler.addJob(ship, "lamp", { transaction }),
      refusal("invalidOption", /begin immediate|rolled back already/),
    );
    const next = await application.begin();
    await assert.rejects(
      scheduler.addJob(ship, 5 as unknown as string, { transaction: next.transaction }),
      refusal("invalidInput"),
    );
    await assert.rejects(
      scheduler.runJob(ship, "lamp", { transaction: next.transaction }),
      refusal("invalidOption", /after the commit/),
    );
    await next.commit();
    assert.equal(await count(scheduler), 0);
  },
  "a transaction on another database is refused": async (application) => {
    await withApplication(Object.values(applications)[0]!.make, async (other) => {
      await using owner = new Scheduler({ store: other.store, tasks, role: "client" });
      await owner.open();
      await using scheduler = new Scheduler({ store: application.store, tasks, role: "client" });
      await scheduler.open();
      const { transaction, rollback } = await other.begin();
      await assert.rejects(
        scheduler.addJob(ship, "lamp", { transaction }),
        refusal("invalidOption", /another database|this store is in/),
      );
      await rollback();
      const statements: InStatement[] = [];
      await scheduler.addJob(ship, "lamp", { transaction: statements });
      await assert.rejects(async () => await other.send(statements), /guard_must_hold/);
      assert.equal(await count(owner), 0);
    });
  },
};

for (const [kind, { skip, make }] of Object.entries(applications)) {
  for (const [name, body] of Object.entries(cases)) {
    test(`addJob() in a transaction, ${kind}: ${name}${skip ?? ""}`, () => withApplication(make, body), {
      ignore: skip !== undefined,
    });
  }
}

test("addJob() says what can be a transaction when it is given something else", async () => {
  await withApplication(Object.values(applications)[0]!.make, async ({ store }) => {
    await using scheduler = new Scheduler({ store, tasks, role: "client" });
    await scheduler.open();
    const wrong = async (transaction: unknown, rule: RegExp) =>
      await assert.rejects(
        scheduler.addJob(ship, "lamp", { transaction: transaction as [] }),
        refusal("invalidOption", rule),
      );
    await wrong(null, /must be a transaction/);
    await wrong("begin", /must be a transaction/);
    await wrong({}, /must be what transaction\(\)/);
    await wrong(() => {}, /give the connection itself/);
    await wrong({ batch() {}, transaction() {} }, /this is a client/);
  });
  await using scheduler = new Scheduler({ tasks });
  await assert.rejects(
    scheduler.addJob(ship, "lamp", { transaction: [] }),
    refusal("invalidOption", /memory store cannot/),
  );
});
