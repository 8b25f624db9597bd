import assert from "node:assert/strict";
import { z } from "zod";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";
import { faulty, setUp } from "../fixtures.ts";

/** A clock whose process stands still: when it moves again, its timers come after whatever else it was at. */
class StoodClock extends VirtualClock {
  stoodMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.stoodMs;
  }
}

test("a process that stood still for a lease starts nothing before its timers have told it so", async () => {
  for (const moment of ["claiming", "reading its input"]) {
    const clock = new StoodClock();
    const { store, control } = faulty(memory());
    const standStill = () => clock.stoodMs += clock.stoodMs === 0 ? 40_000 : 0;
    let [runs, added] = [0, false];
    const input = z.object({}).refine(() => {
      if (moment === "reading its input" && added) standStill();
      return true;
    });
    const quick = task({ name: "quick", input, run: () => ++runs });
    const { scheduler, types } = setUp({ store, clock, tasks: [quick] });
    await using _ = scheduler;
    await scheduler.startInBackground();
    control.fault = (method) => {
      if (method === "claimJobs" && moment === "claiming" && added) standStill();
      return undefined;
    };
    const handle = await scheduler.addJob(quick, {}, { delay: { seconds: 1 } });
    added = true;
    await clock.advance({ seconds: 2 });
    assert.deepEqual([runs, types("leaseLost")], [0, ["leaseLost"]], moment);
    await clock.advance({ seconds: 30 });
    assert.deepEqual([runs, (await handle.status()).attempt], [1, 1], moment);
  }
});
