import assert from "node:assert/strict";
import { controlTest, nextStart } from "../control_fixture.ts";

controlTest("GET /jobs lists jobs, newest first, and takes filters and pages", async ({ send }) => {
  await send("POST /jobs?wait=true", { task: "failing", id: "failed" });
  await send("POST /jobs?wait=true", { task: "people/greet", input: { name: "Ada" }, id: "greeted" });
  await send("POST /jobs", { task: "people/greet", input: { name: "Bob" }, id: "later", delay: "PT1H" });
  const ids = async (query: string) => {
    const { body, status } = await send(`GET /jobs?${query}`);
    assert.equal(status, 200);
    return (body as { items: { id: string }[] }).items.map(({ id }) => id);
  };
  assert.deepEqual(await ids(""), ["later", "greeted", "failed"]);
  assert.deepEqual(await ids("order=oldest&store=main"), ["failed", "greeted", "later"]);
  assert.deepEqual(await ids("state=finished"), ["greeted", "failed"]);
  assert.deepEqual(await ids("state=scheduled,running&state=parked"), ["later"]);
  assert.deepEqual(await ids("outcome=success"), ["greeted"]);
  assert.deepEqual(await ids("outcome=error,timedOut"), ["failed"]);
  assert.deepEqual(await ids("task=people%2Fgreet"), ["later", "greeted"]);
  assert.deepEqual(await ids("schedule=none"), []);
  const next = (await send("GET /jobs?limit=2")).at("next");
  assert.deepEqual(await ids(`limit=2&cursor=${next}`), ["failed"]);
  assert.equal((await send(`GET /jobs?limit=2&cursor=${next}`)).at("next"), undefined);
  assert.equal((await send("GET /jobs?limit=3")).at("next"), undefined);
  for (const wrong of [`order=oldest&cursor=${next}`, "cursor=abc", "cursor=WzEsMl0"]) {
    const refused = await send(`GET /jobs?${wrong}`);
    assert.deepEqual([refused.status, refused.at("code")], [400, "invalidOption"], wrong);
  }
});

controlTest(
  "GET /jobs takes the jobs of a batch, those that a job added, and those after it",
  async ({ send }) => {
    await send("POST /jobs?wait=true", { task: "failing", id: "first" });
    const options = { id: "second", after: ["first"], onParentFailure: "continue", concurrencyKey: "k" };
    const added = await send("POST /jobs", { task: "people/greet", input: { name: "Ada" }, ...options });
    assert.ok(added.status < 300);
    const after = await send("GET /jobs?after=first");
    assert.equal(after.at("items.0.id"), "second");
    assert.equal(after.at("items.0.concurrencyKey"), "k");
    assert.equal(after.at("items.0.batchId"), null);
    assert.equal(after.at("items.0.addedBy"), null);
    for (const none of ["batch=forest", "addedBy=first", "after=second"]) {
      assert.deepEqual((await send(`GET /jobs?${none}`)).at("items"), []);
    }
  },
);

controlTest("GET /jobs refuses wrong filters, saying what was expected", async ({ send }) => {
  const refused = async (query: string, detail: RegExp) => {
    const answer = await send(`GET /jobs?${query}`);
    assert.equal(answer.status, 400);
    assert.equal(answer.at("code"), "invalidRequest");
    assert.match(String(answer.at("detail")), detail);
    assert.equal(typeof answer.at("details.issues.0.path"), "string");
  };
  await refused(
    "state=runing",
    /'state' must be one of 'scheduled', .* but got 'runing'; did you mean 'running'/,
  );
  await refused("state=", /'state' must be one of .* but got ''/);
  await refused("outcome=failed", /'outcome' must be one of 'success'/);
  await refused("limit=0", /'limit' must be a whole number from 1 to 1000, but got '0'/);
  await refused("limit=1001", /from 1 to 1000/);
  await refused("limit=1e2", /from 1 to 1000/);
  await refused("cursor=", /'cursor' must not be empty/);
  await refused("order=random", /'newest', 'oldest'/);
  await refused("colour=red", /no query parameter 'colour'; there are state, outcome/);
});

controlTest("GET /jobs/:id shows a job with its error, without a stack", async ({ send }) => {
  await send("POST /jobs?wait=true", { task: "failing", id: "failed", metadata: { by: "Ada" } });
  const answer = await send("GET /jobs/failed");
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.at("metadata"), { by: "Ada" });
  assert.deepEqual(answer.at("error"), {
    name: "TypeError",
    message: "no such luck",
    code: null,
    cause: { name: "Error", message: "at all", code: null, cause: null },
  });
  assert.match(String(answer.at("finishedAt")), /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.equal(answer.at("scheduleId"), null);
});

controlTest("POST /jobs/:id/cancel stops a waiting and a running job, with a reason", async (control) => {
  const { scheduler, send } = control;
  await send("POST /jobs", { task: "endless", id: "waiting", delay: "PT1H" });
  const waiting = await send("POST /jobs/waiting/cancel");
  assert.deepEqual([waiting.status, waiting.at("outcome")], [200, "cancelled"]);

  const started = nextStart(scheduler);
  await send("POST /jobs", { task: "endless", id: "running" });
  await started;
  await send("POST /jobs/running/cancel", { reason: "no longer wanted" });
  const result = await send("GET /jobs/running/result?wait=true");
  assert.equal(result.at("outcome"), "cancelled");
  assert.match(JSON.stringify(result.at("error")), /no longer wanted/);
  assert.equal((await send("POST /jobs/running/cancel")).at("outcome"), "cancelled");
  assert.equal((await send("POST /jobs/running/cancel", { reason: "" })).status, 400);
  assert.equal((await send("POST /jobs/running/cancel", { because: "x" })).status, 400);
});

controlTest("POST /jobs/:id/retry runs a finished job again, and no other", async ({ send }) => {
  await send("POST /jobs?wait=true", { task: "failing", id: "failed" });
  const retried = await send("POST /jobs/failed/retry");
  assert.equal(retried.status, 200);
  assert.equal((await send("GET /jobs/failed/result?wait=true")).at("outcome"), "error");
  await send("POST /jobs", { task: "endless", id: "waiting", delay: "PT1H" });
  const refused = await send("POST /jobs/waiting/retry");
  assert.deepEqual([refused.status, refused.at("code")], [409, "invalidState"]);
  assert.equal(refused.at("details.state"), "scheduled");
});

controlTest("DELETE /jobs/:id removes a job that does not run", async ({ scheduler, send }) => {
  const started = nextStart(scheduler);
  await send("POST /jobs", { task: "endless", id: "running" });
  await started;
  const refused = await send("DELETE /jobs/running");
  assert.deepEqual([refused.status, refused.at("code")], [409, "invalidState"]);
  await send("POST /jobs", { task: "endless", id: "waiting", delay: "PT1H" });
  const removed = await send("DELETE /jobs/waiting");
  assert.deepEqual([removed.status, removed.body], [204, null]);
  assert.equal((await send("GET /jobs/waiting")).status, 404);
});

controlTest("every endpoint of one job answers 404 when there is none", async ({ send }) => {
  for (
    const what of [
      "GET /jobs/none",
      "GET /jobs/none/result",
      "GET /jobs/none/result?wait=true",
      "POST /jobs/none/cancel",
      "POST /jobs/none/retry",
      "DELETE /jobs/none",
    ]
  ) {
    const answer = await send(what);
    assert.deepEqual([what, answer.status, answer.at("code")], [what, 404, "jobNotFound"]);
  }
});
