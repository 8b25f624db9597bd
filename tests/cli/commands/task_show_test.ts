import assert from "node:assert/strict";
import { test } from "../../harness.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { sampleTasks, withProject } from "../sample_project.ts";

const send = task({
  name: "mail.send",
  batch: { size: 5 },
  concurrency: { key: () => "a", max: 2 },
  rateLimit: { limit: 3, per: { minutes: 1 } },
  ageing: { minutes: 2 },
  retention: { success: { hours: 1 }, other: null, maxSuccess: 10 },
  run: (inputs: readonly unknown[]) => inputs.map(() => 1),
});

test("tasks show prints limits, batch, rate, ageing and retention of a task", async () => {
  await withProject(sampleTasks, async (project) => {
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [send] });
    await scheduler.runUntilIdle();
    await scheduler.stop();
    const { out } = await project.run(["tasks", "show", "mail.send"]);
    assert.match(out, /^at once +1 call$/m);
    assert.match(out, /^batch +up to 5 jobs a call$/m);
    assert.match(out, /^per key +2 at once$/m);
    assert.match(out, /^rate +3 starts in 1 min/m);
    assert.match(out, /^priority +0, one more for each 2 min/m);
    assert.match(out, /^kept +success 1 h.*, at most 10; other forever$/m);
    assert.match((await project.run(["tasks", "show", "mail.sent"])).err, /mail\.sent/);
  });
});
