import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { controlTest, nextStart, withControl } from "../control_fixture.ts";

controlTest("POST /jobs adds a job and says where it is", async ({ send }) => {
  const answer = await send("POST /jobs", {
    task: "people/greet",
    input: { name: "Ada" },
    id: "a/1",
    delay: { minutes: 5 },
    priority: 7,
    metadata: { by: "curl" },
  });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get("Location"), "jobs/a%2F1");
  assert.equal(answer.at("outcome"), "added");
  assert.equal(answer.at("result"), null);
  assert.deepEqual(["job.id", "job.state", "job.priority", "job.metadata"].map(answer.at), [
    "a/1",
    "scheduled",
    7,
    { by: "curl" },
  ]);
  assert.equal((await send("GET /jobs/a%2F1")).status, 200);
});

controlTest("POST /jobs takes an instant to run at", async ({ send }) => {
  const answer = await send("POST /jobs", {
    task: "people/greet",
    input: { name: "Ada" },
    runAt: "2100-01-01T01:00+01:00",
  });
  assert.equal(answer.at("job.runAt"), "2100-01-01T00:00:00Z");
});

controlTest("POST /jobs with wait answers the result, whatever the outcome", async ({ send }) => {
  const good = await send("POST /jobs?wait=true", { task: "people/greet", input: { name: "Ada" } });
  assert.deepEqual([good.status, good.at("job.state"), good.at("result.outcome")], [
    201,
    "finished",
    "success",
  ]);
  assert.deepEqual(good.at("result.value"), { greeting: "hello Ada", at: "1970-01-01T00:00:00.000Z" });
  const bad = await send("POST /jobs?wait=true", { task: "failing" });
  assert.deepEqual([bad.status, bad.at("result.outcome")], [201, "error"]);
  assert.equal(bad.at("result.error.message"), "no such luck");
  assert.equal(JSON.stringify(bad.body).includes("stack"), false);
});

controlTest("POST /jobs with wait answers 202 when the job takes longer", async ({ send }) => {
  const answer = await send("POST /jobs?wait=true&timeout=PT0.05S", { task: "endless" });
  assert.deepEqual([answer.status, answer.at("result"), answer.at("outcome")], [202, null, "added"]);
});

controlTest(
  "POST /jobs with the id of a job that is there adds nothing and answers 200",
  async ({ send }) => {
    const job = { task: "people/greet", input: { name: "Ada" }, id: "once", delay: "PT1H" };
    assert.equal((await send("POST /jobs", job)).status, 201);
    const again = await send("POST /jobs", job);
    assert.deepEqual([again.status, again.at("outcome"), again.at("job.id")], [200, "deduplicated", "once"]);
  },
);

controlTest("POST /jobs refuses an input that does not fit the task's schema", async ({ send }) => {
  const answer = await send("POST /jobs", { task: "people/greet", input: { name: 5 } });
  assert.deepEqual([answer.status, answer.at("code")], [422, "invalidInput"]);
  assert.equal(answer.at("details.issues.0.path"), "name");
  assert.deepEqual((await send("GET /jobs")).at("items"), []);
});

controlTest("POST /jobs refuses a task that nobody registered, naming the nearest", async ({ send }) => {
  const answer = await send("POST /jobs", { task: "people/gret" });
  assert.deepEqual([answer.status, answer.at("code")], [404, "unknownTask"]);
  assert.match(String(answer.at("detail")), /did you mean 'people\/greet'/);
});

controlTest("POST /jobs refuses a body that means nothing, and adds no job", async ({ send }) => {
  const refused = async (json: unknown, detail: RegExp) => {
    const answer = await send("POST /jobs", json);
    assert.equal(answer.status, 400);
    assert.match(String(answer.at("detail")), detail);
  };
  await refused({}, /Field 'task' must be the name of a task/);
  await refused({ task: "" }, /Field 'task' must not be empty/);
  await refused([], /The body must be an object such as/);
  await refused(null, /The body must be an object such as/);
  await refused({ task: "endless", dely: "PT1M" }, /no option 'dely' .* did you mean 'delay'/);
  await refused({ task: "endless", delay: "5 minutes" }, /'delay' .* must be a duration/);
  await refused({ task: "endless", runAt: "tomorrow" }, /'runAt' .* must be an instant/);
  await refused({ task: "endless", priority: "high" }, /'priority' .* must be a whole number/);
  await refused({ task: "endless", delay: "PT1M", runAt: "2100-01-01T00:00Z" }, /one of the two/);
  await refused({ task: "endless", store: "other" }, /no store with the alias 'other'/);
  assert.deepEqual((await send("GET /jobs")).at("items"), []);
});

controlTest("POST /jobs refuses a wait without end", async ({ send }) => {
  const refused = async (query: string, detail: RegExp) => {
    const answer = await send(`POST /jobs?${query}`, { task: "endless" });
    assert.equal(answer.status, 400);
    assert.match(String(answer.at("detail")), detail);
  };
  await refused("wait=true&timeout=PT6M", /at most PT5M, but got 'PT6M'/);
  await refused("wait=true&timeout=PT0S", /longer than zero/);
  await refused("wait=true&timeout=30", /must be a duration/);
  await refused("timeout=PT1S", /only goes with 'wait=true'/);
  await refused("wait=1", /'wait' must be one of 'true', 'false'/);
  assert.deepEqual((await send("GET /jobs")).at("items"), []);
});

test("POST /jobs with wait answers 503 with the job's id when the scheduler stops meanwhile", async () => {
  const store = memory();
  await withControl(async ({ scheduler, send }) => {
    const started = nextStart(scheduler);
    const answer = send("POST /jobs?wait=true", { task: "endless", id: "a" });
    await started;
    await scheduler.stop({ drain: false });
    assert.deepEqual([(await answer).status, (await answer).at("code")], [503, "schedulerStopped"]);
    assert.deepEqual((await answer).at("details"), { jobId: "a" });
    await assert.rejects(store.getTasks(), { code: "storeClosed" });
  }, { scheduler: { store } });
});

test("POST /jobs with wait ends when nobody waits for the answer any more", async () => {
  const logged: unknown[] = [];
  const note = (message: string) => void logged.push(message);
  const logger = { debug: note, info: note, warn: note, error: note };
  await withControl(async ({ scheduler, send }) => {
    const gone = new AbortController();
    const started = new Promise((resolve) =>
      scheduler.subscribe(resolve, { types: "jobStarted", once: true })
    );
    const answer = send("POST /jobs?wait=true", { task: "endless" }, { signal: gone.signal });
    await started;
    gone.abort();
    assert.equal((await answer).status, 500);
    assert.deepEqual(logged, []);
  }, { app: { logger } });
});

test("POST /jobs with wait answers 202 for a job that is parked", async () => {
  const brittle = task({ name: "brittle", version: 2, run: () => "never" });
  const input = {
    "~standard": {
      version: 1,
      vendor: "test",
      // Fits when it is added and no longer when it runs, as after an upgrade.
      validate: (() => {
        let asked = 0;
        return (value: unknown) => asked++ === 0 ? { value } : { issues: [{ message: "no longer fits" }] };
      })(),
    },
  } as const;
  const changing = task({ name: "changing", input, run: () => "never" });
  await withControl(async ({ send }) => {
    const answer = await send("POST /jobs?wait=true", { task: "changing", input: 1 });
    assert.deepEqual([answer.status, answer.at("job.state"), answer.at("result")], [202, "parked", null]);
    const result = await send(`GET /jobs/${answer.at("job.id")}/result?wait=true`);
    assert.deepEqual([result.status, result.at("code")], [409, "jobParked"]);
  }, { scheduler: { tasks: [brittle, changing] } });
});
