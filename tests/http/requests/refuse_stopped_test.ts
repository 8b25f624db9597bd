import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { withControl } from "../control_fixture.ts";

test("refuseStopped() refuses once the scheduler was stopped, without opening its store, until it is started", async () => {
  const store = memory();
  await withControl(async ({ scheduler, send }) => {
    assert.equal((await send("GET /tasks")).status, 200);
    await scheduler.stop();
    const refused = await send("GET /tasks");
    assert.deepEqual([refused.status, refused.at("code")], [503, "schedulerStopped"]);
    assert.equal((await send("GET /health")).status, 503);
    await assert.rejects(store.getTasks(), { code: "storeClosed" });
    await scheduler.startInBackground();
    assert.equal((await send("GET /tasks")).status, 200);
  }, { scheduler: { store } });
});

test("refuseStopped() lets a scheduler be asked that was never started", async () => {
  await withControl(async ({ send }) => {
    assert.equal((await send("GET /tasks")).status, 200);
  }, { start: false });
});
