import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "./start.ts";

test("resume() of a handle takes where to go on from", async () => {
  const { clock, scheduler, note } = setUp();
  await using _ = scheduler;
  const handle = await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "m", paused: true });
  await clock.advance({ minutes: 25 });
  const resumed = await handle.resume({ resumeFrom: "now" });
  assert.equal(resumed.nextFireTime?.toString(), "2026-01-01T00:30:00Z");
});

test("resume() and remove() of a handle refuse what they do not know, and change nothing", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  const handle = await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "m", paused: true });
  const wrong = { from: "now" } as object;
  for (const call of [() => handle.resume(wrong), () => handle.remove(wrong)]) {
    await assert.rejects(
      call,
      (error) => isCarillonError(error, "invalidOption") && /from/.test(error.message),
    );
  }
  const jobs = "drop" as "keep";
  await assert.rejects(handle.remove({ jobs }), (error) => isCarillonError(error, "invalidOption"));
  assert.ok((await handle.get()).paused);
});
