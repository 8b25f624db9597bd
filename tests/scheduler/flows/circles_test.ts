import assert from "node:assert/strict";
import { z } from "zod";
import { currentJob } from "../../../src/context/current_job.ts";
import { task } from "../../../src/registry/task.ts";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp } from "../fixtures.ts";

const leaf = task({ name: "leaf", maxRunningJobs: null, run: () => "leaf" });

test("a job that waits for one that waits for it to end is told so at once", async () => {
  const ways = {
    "runJob() after itself": () => currentScheduler().runJob(leaf, undefined, { after: [currentJob()] }),
    "a handle of a job after itself": async () =>
      await (await currentScheduler().addJob(leaf, undefined, { after: [currentJob()] })).result(),
    "through a chain": async () => {
      const child = await currentScheduler().addJob(leaf, undefined, { after: [currentJob()] });
      const other = await currentScheduler().addJob(leaf);
      return await currentScheduler().runJob(leaf, undefined, { after: [other, child] });
    },
  };
  const root = task({
    name: "root",
    input: z.string(),
    run: (way) => ways[way as keyof typeof ways](),
  });
  for (const way of Object.keys(ways)) {
    const { scheduler, clock } = setUp({ tasks: [leaf, root] });
    await using _ = scheduler;
    await scheduler.startInBackground();
    const running = assert.rejects(
      scheduler.runJob(root, way),
      refusal("jobFailed", /would wait forever/),
      way,
    );
    await settle(clock);
    await running;
  }
});

test("a job may wait for one whose parents will end without it", async () => {
  const root = task({
    name: "root",
    async run() {
      const first = await currentScheduler().addJob(leaf);
      return await currentScheduler().runJob(leaf, undefined, { after: [first] });
    },
  });
  const { scheduler, clock } = setUp({ tasks: [leaf, root] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = scheduler.runJob(root);
  await settle(clock);
  assert.equal(await running, "leaf");
});

test("of jobs that wait for each other by their handles, the one that closes the circle is told so", async () => {
  const begun = gate<readonly string[]>();
  const member = task({
    name: "member",
    input: z.number(),
    maxRunningJobs: null,
    async run(place): Promise<unknown> {
      const ids = await begun.opened;
      const { state } = await currentScheduler().getJob(ids[(place + 1) % ids.length]!);
      const waited = await currentScheduler().getJobResult(ids[(place + 1) % ids.length]!);
      return [state, waited.outcome];
    },
  });
  const { scheduler, clock } = setUp({ tasks: [member] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const jobs = await scheduler.addJobs(member, [0, 1, 2]);
  await settle(clock);
  begun.open(jobs.map(({ id }) => id));
  await settle(clock);
  const ends = await Promise.all(jobs.map((job) => job.status()));
  assert.deepEqual(ends.map(({ outcome }) => outcome).toSorted(), ["error", "success", "success"]);
  const refused = ends.find(({ outcome }) => outcome === "error");
  assert.match(
    refused?.error?.message ?? "",
    /would wait forever: it waits for job .* which is itself or waits for it/,
  );
  assert.equal(refused?.error?.code, "jobWaitsForItself");
});

test("a circle through a function that waits and a job that waits for its parents is found", async () => {
  const begun = gate<{ readonly child: string; readonly second: string }>();
  const first = task({
    name: "first",
    async run() {
      const { child } = await begun.opened;
      return (await currentScheduler().getJobResult(child)).outcome;
    },
  });
  const second = task({
    name: "second",
    async run() {
      await begun.opened;
      return (await currentScheduler().getJobResult(
        (await currentScheduler().getJobs({ taskName: "first" })).items[0]!.id,
      ))
        .outcome;
    },
  });
  const { scheduler, clock } = setUp({ tasks: [first, second, leaf] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const one = await scheduler.addJob(first);
  const two = await scheduler.addJob(second);
  const child = await scheduler.addJob(leaf, undefined, { after: [two] });
  await settle(clock);
  // The first waits for the child, which waits for the second, which waits for the first.
  begun.open({ child: child.id, second: two.id });
  await settle(clock);
  const outcomes = [await one.status(), await two.status()].map(({ outcome }) => outcome);
  assert.equal(outcomes.filter((outcome) => outcome === "error").length, 1);
});
