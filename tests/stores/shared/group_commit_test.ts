import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import type { Step, StepResult } from "../../../src/stores/shared/driver.ts";
import { type BulkOperation, GroupCommit } from "../../../src/stores/shared/group_commit.ts";
import { nextTurn } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";

/** A driver that notes the texts of each transaction and answers nothing to each step. */
function noting() {
  const transactions: string[][] = [];
  const write = (steps: readonly Step[]): Promise<readonly StepResult[]> => {
    transactions.push(steps.flat().map(({ sql }) => sql));
    return Promise.resolve(steps.map(() => ({ results: [] })));
  };
  return { transactions, driver: { write, heldUpMs: () => 0 } };
}

function step(sql: string): Step {
  return [{ sql, args: [] }];
}

const count: BulkOperation<number, number> = {
  step: (items) => step(`${items.length} rows`),
  answers: (items) => items,
};

function rows(number: number): readonly number[] {
  return Array.from({ length: number }, (_, i) => i);
}

test("runBulk() shares a transaction up to a number of rows, whatever number of calls they come in", async () => {
  const { driver, transactions } = noting();
  const commits = new GroupCommit(driver);
  await Promise.all([100, 100, 2000, 100, 100].map((number) => commits.runBulk(count, rows(number))));
  assert.deepEqual(transactions, [["200 rows"], ["2000 rows"], ["200 rows"]], "a call is never taken apart");
});

test("run() counts the rows that a step says it touches", async () => {
  const { driver, transactions } = noting();
  const commits = new GroupCommit(driver);
  const steps = [["a", 10], ["b", 10], ["c", 900], ["d", 10]] as const;
  await Promise.all(steps.map(([sql, rows]) => commits.run(step(sql), { rows })));
  assert.deepEqual(transactions, [["a", "b"], ["c"], ["d"]]);
});

test("run() writes what is urgent before everything that waits", async () => {
  const { driver, transactions } = noting();
  const commits = new GroupCommit(driver);
  const waiting = rows(3).map(() => commits.runBulk(count, rows(400)));
  await Promise.all([...waiting, commits.run(step("beat"), { urgent: true })]);
  assert.deepEqual(transactions[0], ["beat"]);
  assert.equal(transactions.length, 4);
});

test("runBulk() refuses rows beyond a million that wait, not the number of calls", async () => {
  const { driver } = noting();
  const commits = new GroupCommit(driver);
  const many = rows(400_000);
  const [first, second, third, small] = await Promise.allSettled(
    [many, many, many, [1]].map((items) => commits.runBulk(count, items)),
  );
  assert.deepEqual([first!.status, second!.status, small!.status], ["fulfilled", "fulfilled", "fulfilled"]);
  assert.ok(third!.status === "rejected" && isCarillonError(third!.reason));
  assert.deepEqual([third!.reason.code, third!.reason.retryable], ["storeBusy", true]);
  await commits.runBulk(count, [1]);
});

test("runBulk() resolves many callers in several turns of the event loop", async () => {
  const { driver } = noting();
  const commits = new GroupCommit(driver);
  let turn = 0;
  let counting = true;
  const tick = () => nextTurn(() => (turn++, counting && tick()));
  const calls = rows(300).map(() => commits.runBulk(count, [1]).then(() => turn));
  tick();
  const turns = new Set(await Promise.all(calls));
  counting = false;
  assert.equal(turns.size, 2);
});
