import assert from "node:assert/strict";
import { task, taskRef } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

const render = task({ name: "render", tags: ["gpu", "big", "gpu"], run: () => "picture" });

test("a job runs only where its task's tags are offered", async () => {
  const { one, two, clock } = setUpTwo({ tasks: [render] }, { tasks: [render], tags: ["big", "gpu"] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  const job = await one.scheduler.addJob(render);
  await settle(clock);
  const waiting = await job.status();
  assert.deepEqual([waiting.state, waiting.tags], ["parked", ["big", "gpu"]]);
  await two.scheduler.startInBackground();
  await clock.advance({ seconds: 5 });
  assert.equal(await job.result(), "picture");
  assert.deepEqual(two.types("jobStarted"), ["jobStarted"]);
});

test("tags of a job win over those of its task, none being a way too", async () => {
  const { scheduler, clock } = setUp({ tasks: [render] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const anywhere = await scheduler.addJob(render, undefined, { tags: [] });
  await settle(clock);
  assert.equal(await anywhere.result(), "picture");
});

test("a job added without the task's code gets the tags that the store knows", async () => {
  const { one, two, clock } = setUpTwo({ tasks: [render], tags: ["big", "gpu"] }, { role: "client" });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  const job = await two.scheduler.addJob(taskRef<typeof render>("render"));
  assert.deepEqual((await job.status()).tags, ["big", "gpu"]);
  await clock.advance({ seconds: 5 });
  assert.equal(await job.result(), "picture");
});

test("the jobs of a schedule demand its tags", async () => {
  const { scheduler, clock } = setUp({ tasks: [render] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addSchedule(render, interval({ minutes: 1 }), { id: "s", tags: ["night"] });
  await clock.advance({ seconds: 1 });
  const { items: [job] } = await scheduler.getJobs();
  assert.deepEqual([job?.tags, job?.state], [["night"], "parked"]);
});

test("tags that are no list of names are refused", async () => {
  const { scheduler } = setUp({ tasks: [render] });
  await using _ = scheduler;
  const wrong = { tags: "gpu" as unknown as string[] };
  await assert.rejects(scheduler.addJob(render, undefined, wrong), refusal("invalidOption", /list such as/));
  assert.throws(() => task({ name: "x", tags: [" "], run() {} }), refusal("invalidOption", /tags/));
});
