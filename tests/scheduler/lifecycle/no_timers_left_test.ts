import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import type { ScheduleFilter } from "../../../src/stores/schedule_store.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, gate, settle, setUp } from "../fixtures.ts";

const quick = task({ name: "quick", run: () => "ran" });

/** A scheduler whose looks at the schedules wait for their gates, each for its own. */
function heldLooks() {
  const inner = memory();
  const { store, control } = faulty(inner);
  const gates: ReturnType<typeof gate<void>>[] = [];
  const looks = { underWay: 0 };
  const hold = () => {
    control.fault = (method, [filter]) => {
      if (method !== "getSchedules") return undefined;
      looks.underWay++;
      gates.push(gate());
      return gates.at(-1)!.opened
        .then(() => inner.getSchedules(filter as ScheduleFilter))
        .finally(() => looks.underWay--);
    };
  };
  return { ...setUp({ store, tasks: [quick] }), hold, gates, looks };
}

test("runUntilIdle() with until: empty looks no more once it has seen that nothing is left", async () => {
  const { scheduler, clock, hold, gates, looks } = heldLooks();
  await using _ = scheduler;
  await scheduler.startInBackground();
  await settle(clock);
  hold();
  const empty = scheduler.runUntilIdle({ until: "empty" });
  await settle(clock);
  assert.equal(looks.underWay, 1);
  // The loops rest again during the look.
  assert.equal(await scheduler.runJob(quick), "ran");
  await settle(clock);
  gates[0]!.open();
  await empty;
  await settle(clock);
  assert.deepEqual([gates.length, looks.underWay], [1, 0]);
});

test("runUntilIdle() with until: empty waits for its look where the scheduler is stopped meanwhile", async () => {
  const { scheduler, clock, hold, gates, looks } = heldLooks();
  await using _ = scheduler;
  await scheduler.startInBackground();
  await settle(clock);
  hold();
  let hasEnded = false;
  const empty = scheduler.runUntilIdle({ until: "empty" }).then(() => hasEnded = true);
  await settle(clock);
  await scheduler.stop();
  await settle(clock);
  assert.deepEqual([hasEnded, looks.underWay], [false, 1]);
  gates[0]!.open();
  await empty;
  assert.deepEqual([scheduler.state, gates.length, looks.underWay], ["stopped", 1, 0]);
});
