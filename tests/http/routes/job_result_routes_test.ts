import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { controlTest, withControl } from "../control_fixture.ts";

controlTest("GET /jobs/:id/result answers what became of a job, any number of times", async ({ send }) => {
  await send("POST /jobs?wait=true", { task: "people/greet", input: { name: "Ada" }, id: "greeted" });
  for (const query of ["", "?wait=false", "?wait=true&timeout=PT1S"]) {
    const answer = await send(`GET /jobs/greeted/result${query}`);
    assert.equal(answer.status, 200);
    assert.deepEqual([answer.at("jobId"), answer.at("taskName")], ["greeted", "people/greet"]);
    assert.deepEqual([answer.at("outcome"), answer.at("error")], ["success", null]);
    assert.match(String(answer.at("finishedAt")), /Z$/);
  }
});

controlTest("GET /jobs/:id/result answers a failure as data", async ({ send }) => {
  await send("POST /jobs?wait=true", { task: "failing", id: "failed" });
  const answer = await send("GET /jobs/failed/result");
  assert.deepEqual([answer.status, answer.at("outcome"), answer.at("value")], [200, "error", null]);
  assert.equal(answer.at("error.name"), "TypeError");
});

controlTest("GET /jobs/:id/result answers 409 for a job that is not finished", async ({ send }) => {
  await send("POST /jobs", { task: "endless", id: "waiting", delay: "PT1H" });
  for (const query of ["", "?wait=true&timeout=PT0.05S"]) {
    const answer = await send(`GET /jobs/waiting/result${query}`);
    assert.deepEqual([answer.status, answer.at("code")], [409, "jobNotReady"]);
    assert.deepEqual([answer.at("details.state"), answer.at("retryable")], ["scheduled", true]);
  }
});

controlTest("GET /jobs/:id/result waits until the job is finished", async ({ send }) => {
  await send("POST /jobs", { task: "endless", id: "waiting", delay: "PT1H" });
  const waiting = send("GET /jobs/waiting/result?wait=true");
  await send("POST /jobs/waiting/cancel");
  assert.equal((await waiting).at("outcome"), "cancelled");
});

test("GET /jobs/:id/result refuses a value that contains itself", async () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const round = task({ name: "round", run: (): unknown => circle });
  await withControl(async ({ send }) => {
    const answer = await send("POST /jobs?wait=true", { task: "round", id: "round" });
    assert.deepEqual([answer.status, answer.at("code")], [422, "serializationFailed"]);
    assert.equal((await send("GET /jobs/round/result")).at("code"), "serializationFailed");
  }, { scheduler: { tasks: [round] } });
});
