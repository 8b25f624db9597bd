import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { taskRef } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { test } from "../../harness.ts";
import { type Child, startChild } from "../../stores/child_process.ts";

const LIMIT = 4;
const PER_MS = 400;
const TENANTS = ["ada", "bob"];
const JOBS = 14;

/** When the jobs of each tenant started, by the store's clock. */
async function startsOf(client: Scheduler, tenant: string): Promise<readonly number[]> {
  const jobs = (await Array.fromAsync(client.allJobs({ taskName: "send" }))).filter(({ rateKey }) =>
    rateKey === tenant
  );
  return jobs.map(({ startedAt }) => startedAt!.epochMilliseconds).sort((a, b) => a - b);
}

test("several processes on one file keep to a rate together, and use it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-rates-"));
  const file = join(folder, "rates.db");
  const children: Child[] = [];
  try {
    for (let i = 0; i < 3; i++) {
      children.push(startChild("../scheduler/crash/rate_child.ts", [file, String(LIMIT), String(PER_MS)]));
    }
    await Promise.all(children.map((child) => child.until("started")));
    await using client = new Scheduler({ store: libsql(`file:${file}`), role: "client", tasks: [] });
    const handles = [];
    for (let i = 0; i < JOBS; i++) {
      for (const tenant of TENANTS) {
        handles.push(await client.addJob(taskRef("send"), { tenant }, { rateKey: tenant }));
      }
    }
    await Promise.all(handles.map((handle) => handle.result()));
    for (const tenant of TENANTS) {
      const starts = await startsOf(client, tenant);
      assert.equal(starts.length, JOBS);
      for (const [i, later] of starts.slice(LIMIT).entries()) {
        assert.ok(later - starts[i]! >= PER_MS, `${LIMIT + 1} starts within ${later - starts[i]!} ms`);
      }
    }
    const ended = children.splice(0).map((child) => {
      child.kill("SIGTERM");
      return child.ended;
    });
    assert.deepEqual(await Promise.all(ended), [0, 0, 0]);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
});
