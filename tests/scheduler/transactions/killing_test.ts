import assert from "node:assert/strict";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { startChild } from "../../stores/child_process.ts";
import { type Application, applications, withApplication } from "./application.ts";

const script = new URL("./paying_child.ts", import.meta.url).href;

/** Kills a process around its commit and lets another scheduler go on. */
async function survive({ store, url, begin, orders }: Application, when: "before" | "after") {
  let runs = 0;
  const pay = task({
    name: "pay",
    async run(_input, { completeIn }) {
      runs++;
      const { transaction, execute, commit } = await begin();
      await execute("insert into orders values ('parent')");
      await completeIn(transaction, "parent");
      await commit();
    },
  });
  await using scheduler = new Scheduler({ store, tasks: [pay], lease: { seconds: 3 } });
  const job = await scheduler.addJob(pay);
  const child = startChild(script, [url, when]);
  await child.until("now");
  child.kill("SIGKILL");
  await child.ended;
  await scheduler.startInBackground();
  const value = await job.result();
  await scheduler.runUntilIdle({ until: "empty" });
  return { runs, value, orders: await orders() };
}

for (const kind of ["a client on the file", "a client of a server"]) {
  const { skip, make } = applications[kind]!;
  const options = { ignore: skip !== undefined };
  test(`completeIn(), ${kind}: a process killed after the commit has done its job${skip ?? ""}`, async () => {
    await withApplication(make, async (application) => {
      assert.deepEqual(await survive(application, "after"), { runs: 0, value: "child", orders: ["child"] });
    });
  }, options);

  test(
    `completeIn(), ${kind}: a process killed before the commit has done nothing${skip ?? ""}`,
    async () => {
      await withApplication(make, async (application) => {
        assert.deepEqual(await survive(application, "before"), {
          runs: 1,
          value: "parent",
          orders: ["parent"],
        });
      });
    },
    options,
  );
}
