import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { taskRef } from "../../../src/registry/task.ts";
import type { Task } from "../../../src/registry/task_types.ts";
import { jobRequest } from "../../../src/scheduler/jobs/job_request.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { test } from "../../harness.ts";
import { startChild } from "../../stores/child_process.ts";

const CHILD = "../scheduler/flows/flow_child.ts";
const WIDTH = 6;
const BATCHES = 8;

// real time: the processes are real ones, one of them killed where it stands
test("jobs that wait for others run after them, whichever processes run and die", async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-flows-"));
  const url = `file:${join(folder, "flows.db")}`;
  const step = taskRef<Task<undefined, number>>("step");
  {
    await using client = new Scheduler({ store: libsql(url), role: "client" });
    const victim = startChild(CHILD, [url]);
    const others = [startChild(CHILD, [url])];
    const completions: string[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      const requests = Array.from({ length: WIDTH }, () => jobRequest(step));
      const { completion } = await client.addBatch(requests, { onComplete: jobRequest(step) });
      completions.push(completion!.id);
    }
    const last = await client.addJob(step, undefined, { after: completions });
    await victim.until("ran", 3);
    victim.kill("SIGKILL");
    others.push(startChild(CHILD, [url]));
    assert.equal(await last.result(), BATCHES);
    for (const id of completions) assert.equal((await client.getJobResult(id)).value, WIDTH);
    const jobs = await Array.fromAsync(client.allJobs());
    assert.equal(jobs.length, BATCHES * (WIDTH + 1) + 1);
    for (const job of jobs.filter(({ batchId }) => batchId === undefined)) {
      for (const parent of await client.getParents(job.id)) {
        assert.ok(parent.finishedAt!.epochMilliseconds <= job.startedAt!.epochMilliseconds);
      }
    }
    for (const other of others) other.kill("SIGTERM");
    assert.deepEqual(await Promise.all(others.map(({ ended }) => ended)), [0, 0]);
    await victim.ended;
  }
  await rm(folder, { recursive: true });
});
