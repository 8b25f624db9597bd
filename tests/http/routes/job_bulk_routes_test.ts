import assert from "node:assert/strict";
import { hc } from "hono/client";
import type { ControlApp } from "../../../src/http/control_app.ts";
import { controlTest } from "../control_fixture.ts";

controlTest(
  "POST /jobs/bulk cancels, retries or removes all that match, after a preview",
  async ({ send }) => {
    for (const id of ["a", "b"]) {
      await send("POST /jobs", { task: "people/greet", input: { name: id }, id, delay: "PT1H" });
    }
    await send("POST /jobs?wait=true", { task: "failing", id: "c" });
    const filter = { task: "people/greet" };
    const would = await send("POST /jobs/bulk", { action: "cancel", filter, preview: true });
    assert.deepEqual([would.status, would.body], [200, {
      preview: true,
      count: 2,
      byTask: { "people/greet": 2 },
      ids: ["a", "b"],
    }]);
    assert.equal((await send("GET /jobs/a")).at("state"), "scheduled");
    const did = await send("POST /jobs/bulk", { action: "cancel", filter, reason: "too late" });
    assert.deepEqual([did.at("preview"), did.at("count")], [false, 2]);
    assert.equal((await send("GET /jobs/a")).at("error.message"), "too late");
    const retried = await send("POST /jobs/bulk", {
      action: "retry",
      filter: { outcome: ["error"] },
      preview: true,
    });
    assert.deepEqual(retried.at("ids"), ["c"]);
    assert.deepEqual((await send("POST /jobs/bulk", { action: "remove", ids: ["a", "c"] })).at("ids"), [
      "a",
      "c",
    ]);
    assert.equal((await send("GET /jobs/c")).status, 404);
  },
);

controlTest("POST /jobs/bulk refuses to be about everything, and what it does not know", async ({ send }) => {
  const all = await send("POST /jobs/bulk", { action: "remove" });
  assert.deepEqual([all.status, all.at("code")], [400, "invalidOption"]);
  const wrong = await send("POST /jobs/bulk", { action: "remove", filter: { task: "a" }, preview: "yes" });
  assert.equal(wrong.status, 400);
  assert.match(String(wrong.at("detail")), /'preview' must be true or false/);
  for (
    const body of [{}, { action: "pause", ids: ["a"] }, { action: "cancel", task: "a" }, {
      action: "cancel",
      ids: [5],
    }]
  ) {
    assert.equal((await send("POST /jobs/bulk", body)).status, 400, JSON.stringify(body));
  }
});

controlTest("an id in a path never becomes an action on many jobs", async ({ app, send }) => {
  await send("POST /jobs", { task: "people/greet", input: { name: "a" }, id: "a", delay: "PT1H" });
  const client = hc<ControlApp>("http://localhost", { fetch: app.request });
  for (
    const id of ["x/../cancel?task=people/greet#", "x/../bulk?action=cancel&ids=a#", "../jobs/bulk#", "bulk#"]
  ) {
    const response = await client.jobs[":id"].cancel.$post({ param: { id }, json: { reason: "all" } });
    assert.ok([400, 404, 405].includes(response.status as number), `${id}: ${response.status}`);
  }
  assert.equal((await send("GET /jobs/a")).at("state"), "scheduled");
  for (const id of [".", ".."]) {
    const refused = await send("POST /jobs", { task: "endless", id });
    assert.deepEqual([refused.status, refused.at("code")], [400, "invalidOption"]);
  }
});

controlTest("PATCH /jobs/:id changes a job that waits, and refuses what it cannot be", async ({ send }) => {
  await send("POST /jobs", { task: "people/greet", input: { name: "Ada" }, id: "later", delay: "PT1H" });
  const changed = await send("PATCH /jobs/later", { priority: 7, runAt: "2050-01-01T00:00Z" });
  assert.deepEqual([changed.status, changed.at("priority")], [200, 7]);
  assert.equal(changed.at("runAt"), "2050-01-01T00:00:00Z");
  assert.equal((await send("PATCH /jobs/later", { input: { name: 5 } })).status, 422);
  assert.equal((await send("PATCH /jobs/later", { colour: "red" })).at("code"), "invalidOption");
  await send("PATCH /jobs/later", { runAt: "now" });
  const result = await send("GET /jobs/later/result?wait=true");
  assert.equal(result.at("value.greeting"), "hello Ada");
  assert.deepEqual([(await send("PATCH /jobs/later", { priority: 1 })).status], [409]);
});
