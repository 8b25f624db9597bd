import assert from "node:assert/strict";
import { controlTest } from "../control_fixture.ts";

controlTest(
  "POST /jobs/cancel, /retry and /remove act on all that match, after a preview",
  async ({ send }) => {
    for (const id of ["a", "b"]) {
      await send("POST /jobs", { task: "people/greet", input: { name: id }, id, delay: "PT1H" });
    }
    await send("POST /jobs?wait=true", { task: "failing", id: "c" });
    const would = await send("POST /jobs/cancel?task=people%2Fgreet", { preview: true });
    assert.deepEqual([would.status, would.body], [200, {
      preview: true,
      count: 2,
      byTask: { "people/greet": 2 },
      ids: ["a", "b"],
    }]);
    assert.equal((await send("GET /jobs/a")).at("state"), "scheduled");
    const did = await send("POST /jobs/cancel?task=people%2Fgreet", { reason: "too late" });
    assert.deepEqual([did.at("preview"), did.at("count")], [false, 2]);
    assert.equal((await send("GET /jobs/a")).at("error.message"), "too late");
    assert.deepEqual((await send("POST /jobs/retry?outcome=error", { preview: true })).at("ids"), ["c"]);
    assert.deepEqual((await send("POST /jobs/remove?id=a&id=c")).at("ids"), ["a", "c"]);
    assert.equal((await send("GET /jobs/c")).status, 404);
  },
);

controlTest("POST /jobs/remove refuses to be about everything", async ({ send }) => {
  const all = await send("POST /jobs/remove");
  assert.deepEqual([all.status, all.at("code")], [400, "invalidOption"]);
  const wrong = await send("POST /jobs/remove?task=a", { preview: "yes" });
  assert.equal(wrong.status, 400);
  assert.match(String(wrong.at("detail")), /'preview' must be true or false/);
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
