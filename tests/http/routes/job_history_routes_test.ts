import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { controlTest, endless } from "../control_fixture.ts";

const flaky = task({
  name: "flaky",
  retry: { maxAttempts: 2, base: { milliseconds: 1 } },
  run(_input, { job, log }) {
    log.info("trying", { attempt: job.attempt });
    if (job.attempt === 1) throw new Error("not yet");
  },
});

const setup = { scheduler: { tasks: [flaky, endless], name: "north" } };

controlTest("GET /jobs/:id/attempts and /logs tell a job's story", async ({ send }) => {
  await send("POST /jobs?wait=true", { task: "flaky", id: "f" });
  const attempts = await send("GET /jobs/f/attempts");
  assert.equal(attempts.status, 200);
  const first = ["number", "attempt", "scheduler", "outcome"].map((key) => attempts.at(`attempts.0.${key}`));
  assert.deepEqual(first, [1, 1, "north", "error"]);
  assert.equal(attempts.at("attempts.0.error.message"), "not yet");
  assert.equal(attempts.at("attempts.1.outcome"), "success");
  assert.match(String(attempts.at("attempts.1.finishedAt")), /Z$/);

  const logs = await send("GET /jobs/f/logs");
  assert.deepEqual([logs.status, logs.at("dropped")], [200, 0]);
  assert.deepEqual([logs.at("lines.0.message"), logs.at("lines.0.fields")], ["trying", { attempt: 1 }]);
  assert.deepEqual([logs.at("lines.1.attempt"), logs.at("lines.1.onFailure")], [2, false]);
}, setup);

controlTest("GET /jobs/:id/explanation says why a job does not run", async ({ send }) => {
  await send("POST /tasks/flaky/pause");
  await send("POST /jobs", { task: "flaky", id: "f" });
  const answer = await send("GET /jobs/f/explanation");
  assert.deepEqual([answer.status, answer.at("causes.0.cause")], [200, "taskPaused"]);
  assert.match(String(answer.at("sentence")), /is not running: task 'flaky' is paused/);
}, setup);

controlTest("a job's story is 404 where there is no such job", async ({ send }) => {
  for (const what of ["attempts", "logs", "explanation"]) {
    const answer = await send(`GET /jobs/none/${what}`);
    assert.deepEqual([answer.status, answer.at("code")], [404, "jobNotFound"], what);
  }
}, setup);
