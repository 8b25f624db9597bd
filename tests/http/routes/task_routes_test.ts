import assert from "node:assert/strict";
import { controlTest } from "../control_fixture.ts";

controlTest("GET /tasks lists the tasks by name", async ({ send }) => {
  const answer = await send("GET /tasks");
  assert.equal(answer.status, 200);
  assert.deepEqual(["tasks.0.name", "tasks.1.name", "tasks.2.name"].map(answer.at), [
    "endless",
    "failing",
    "people/greet",
  ]);
});

controlTest("GET /tasks/:name shows a task, whatever its name holds", async ({ send }) => {
  const answer = await send("GET /tasks/people%2Fgreet");
  assert.equal(answer.status, 200);
  assert.equal(answer.at("description"), "Says hello");
  assert.equal(answer.at("settings.maxRunningJobs"), 1);
  assert.equal(answer.at("paused"), false);
});

controlTest(
  "GET /tasks/:name refuses a task that nobody registered, naming the nearest",
  async ({ send }) => {
    const answer = await send("GET /tasks/endles");
    assert.equal(answer.status, 404);
    assert.equal(answer.at("code"), "unknownTask");
    assert.match(String(answer.at("detail")), /did you mean 'endless'/);
  },
);

controlTest("POST /tasks/:name/pause holds its jobs back until resume", async ({ send }) => {
  assert.equal((await send("POST /tasks/people%2Fgreet/pause")).at("paused"), true);
  const added = await send("POST /jobs", { task: "people/greet", input: { name: "Ada" } });
  assert.equal(added.status, 201);
  assert.equal(added.at("job.state"), "blocked");
  assert.equal((await send("POST /tasks/people%2Fgreet/resume")).at("paused"), false);
  const result = await send(`GET /jobs/${added.at("job.id")}/result?wait=true`);
  assert.equal(result.at("outcome"), "success");
});

controlTest("POST /tasks/:name/pause and resume refuse an unknown task", async ({ send }) => {
  assert.equal((await send("POST /tasks/nothing/pause")).status, 404);
  assert.equal((await send("POST /tasks/nothing/resume")).status, 404);
});
