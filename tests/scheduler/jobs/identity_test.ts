import assert from "node:assert/strict";
import { z } from "zod";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { refusal, setUp } from "../fixtures.ts";

const input = z.object({ user: z.string(), text: z.string().optional() });

function indexing() {
  const ran: unknown[] = [];
  const index = task({ name: "index", input, run: (given) => void ran.push(given) });
  return { index, ran };
}

for (const make of [memory, () => libsql(":memory:")]) {
  const { kind } = make();

  test(`idempotencyKey adds one job on ${kind}, also once that is finished`, async () => {
    const { index, ran } = indexing();
    const { scheduler } = setUp({ store: make(), tasks: [index] });
    await using _ = scheduler;
    const first = await scheduler.addJob(index, { user: "ada" }, { idempotencyKey: "request-1" });
    const second = await scheduler.addJob(index, { user: "bob" }, { idempotencyKey: "request-1" });
    assert.deepEqual([first.outcome, second.outcome, second.id], ["added", "deduplicated", first.id]);
    await scheduler.runUntilIdle();
    const third = await scheduler.addJob(index, { user: "eve" }, { idempotencyKey: "request-1" });
    assert.equal(third.id, first.id);
    assert.deepEqual(ran, [{ user: "ada" }]);
  });

  test(`unique adds no job on ${kind} while one with the same input is unfinished`, async () => {
    const { index } = indexing();
    const { scheduler } = setUp({ store: make(), tasks: [index] });
    await using _ = scheduler;
    const first = await scheduler.addJob(index, { user: "ada", text: "x" }, { unique: {} });
    const second = await scheduler.addJob(index, { text: "x", user: "ada" }, { unique: {} });
    const other = await scheduler.addJob(index, { user: "bob" }, { unique: {} });
    assert.deepEqual([second.id, second.outcome], [first.id, "deduplicated"]);
    assert.equal(other.outcome, "added");
    await scheduler.runUntilIdle();
    const again = await scheduler.addJob(index, { user: "ada", text: "x" }, { unique: {} });
    assert.equal(again.outcome, "added");
  });

  test(`debounce on ${kind} replaces the job until it starts, and waits no longer than maxWait`, async () => {
    const { index, ran } = indexing();
    const { scheduler, clock, types } = setUp({ store: make(), tasks: [index] });
    await using _ = scheduler;
    await scheduler.startInBackground();
    const by = ({ user }: { user: string }) => user;
    const options = { delay: { seconds: 10 }, debounce: { by, maxWait: { seconds: 25 } } };
    const outcomes: string[] = [];
    for (const text of ["a", "b", "c", "d"]) {
      outcomes.push((await scheduler.addJob(index, { user: "ada", text }, options)).outcome);
      await clock.advance({ seconds: 8 });
    }
    assert.deepEqual(outcomes, ["added", "replaced", "replaced", "replaced"]);
    assert.deepEqual(ran, [{ user: "ada", text: "d" }]);
    const told = types("jobAdded", "jobUpdated");
    assert.deepEqual(told, ["jobAdded", "jobUpdated", "jobUpdated", "jobUpdated"]);
    assert.equal((await scheduler.addJob(index, { user: "ada", text: "e" }, options)).outcome, "added");
  });
}

test("unique counts only jobs in the states and within the period that it names", async () => {
  const { index } = indexing();
  const { scheduler, clock } = setUp({ tasks: [index] });
  await using _ = scheduler;
  const unique = { states: ["finished", "ready"], period: { seconds: 10 } } as const;
  const first = await scheduler.addJob(index, { user: "ada" }, { unique });
  await scheduler.runUntilIdle();
  const second = await scheduler.addJob(index, { user: "ada" }, { unique });
  assert.equal(second.id, first.id);
  await clock.advance({ seconds: 10 });
  assert.equal((await scheduler.addJob(index, { user: "ada" }, { unique })).outcome, "added");
});

test("addJobs() finds equal jobs within one call", async () => {
  const { index } = indexing();
  const { scheduler } = setUp({ store: libsql(":memory:"), tasks: [index] });
  await using _ = scheduler;
  const jobs = await scheduler.addJobs(index, [{ user: "ada" }, { user: "ada" }, { user: "bob" }], {
    unique: {},
  });
  assert.deepEqual(jobs.map(({ outcome }) => outcome), ["added", "deduplicated", "added"]);
});

test("options of identity that cannot be are refused", async () => {
  const { index } = indexing();
  const { scheduler } = setUp({ tasks: [index] });
  await using _ = scheduler;
  const add = (options: object) => scheduler.addJob(index, { user: "ada" }, options);
  await assert.rejects(
    add({ idempotencyKey: "a", unique: {} }),
    refusal("invalidOption", /give one of the two/),
  );
  await assert.rejects(add({ unique: { by: "id" } }), refusal("invalidOption", /unique\.by/));
  await assert.rejects(add({ unique: { states: ["done"] } }), refusal("invalidOption", /unique\.states/));
  await assert.rejects(add({ unique: { by: () => 1 } }), refusal("invalidOption", /must return a string/));
  await assert.rejects(add({ debounce: { wait: 1 } }), refusal("invalidOption", /'wait'/));
  await assert.rejects(
    scheduler.runJob(index, { user: "ada" }, { unique: {} }),
    refusal("invalidOption", /call addJob/),
  );
});
