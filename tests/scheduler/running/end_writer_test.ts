import assert from "node:assert/strict";
import { CarillonError } from "../../../src/errors.ts";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, settle, setUp } from "../fixtures.ts";

const quick = task({ name: "quick", maxRunningJobs: null, run: () => "ran" });

interface Ending {
  readonly fence: { readonly seq: number };
}

/** The rows that a call of `endJobs` is about. */
function rowsOf(args: readonly unknown[]): readonly number[] {
  return (args[0] as readonly Ending[]).map(({ fence }) => fence.seq);
}

test("ends that come at the same moment are written in one call of the store", async () => {
  const { store, control } = faulty(memory());
  const sizes: number[] = [];
  control.fault = (method, args) => {
    if (method === "endJobs") sizes.push(rowsOf(args).length);
    return undefined;
  };
  const { scheduler, clock } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  await scheduler.addJobs(quick, Array(50).fill(undefined));
  await scheduler.startInBackground();
  await settle(clock);
  assert.deepEqual(sizes, [50]);
});

test("an end that cannot be written spoils no other, and is tried again", async () => {
  const { store, control } = faulty(memory());
  let failed = 0;
  control.fault = (method, args) => {
    if (method !== "endJobs" || !rowsOf(args).includes(2) || failed === 4) return undefined;
    failed++;
    return Promise.reject(new Error("no room for this one"));
  };
  const { scheduler, clock, types } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  const handles = await scheduler.addJobs(quick, Array(3).fill(undefined));
  await scheduler.startInBackground();
  await settle(clock);
  const states = await Promise.all(handles.map(async (handle) => (await handle.status()).state));
  assert.deepEqual(states, ["finished", "running", "finished"]);
  await clock.advance({ seconds: 1 });
  assert.equal(await handles[1]!.result(), "ran");
  assert.equal(failed, 4);
  assert.equal(types("jobFinished").length, 3);
});

test("an end that the store refuses definitely ends its job as an error, and frees its slot", async () => {
  const { store, control } = faulty(memory());
  let refused = 0;
  control.fault = (method, args) => {
    if (method !== "endJobs" || !JSON.stringify(args).includes('"success"')) return undefined;
    refused++;
    return Promise.reject(new CarillonError("storeFailed", "the database refused a statement"));
  };
  const { scheduler, clock } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  const handle = await scheduler.addJob(quick, undefined);
  await scheduler.startInBackground();
  await settle(clock);
  const { state, outcome, attempt, error } = (await scheduler.getJob(handle.id))!;
  assert.deepEqual([state, outcome, attempt, error?.code], ["finished", "error", 1, "storeFailed"]);
  assert.match(error!.message, /refuses the end of the run \(finished\): the database refused a statement/);
  assert.equal(refused, 1);
});
