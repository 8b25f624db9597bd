import assert from "node:assert/strict";
import { controlTest } from "../control_fixture.ts";

controlTest("GET /scheduler shows the scheduler", async ({ send }) => {
  assert.deepEqual((await send("GET /scheduler")).body, {
    name: "night shift",
    role: "both",
    state: "running",
    paused: false,
    timeZone: "Europe/Berlin",
    stores: ["main"],
  });
}, { scheduler: { name: "night shift", timeZone: "Europe/Berlin" } });

controlTest("POST /scheduler/pause takes no work until resume", async ({ send }) => {
  assert.equal((await send("POST /scheduler/pause")).at("paused"), true);
  assert.equal((await send("GET /scheduler/health")).at("scheduler.paused"), true);
  const job = { task: "people/greet", input: { name: "Ada" }, id: "a" };
  assert.equal((await send("POST /jobs?wait=true&timeout=PT0.05S", job)).at("job.state"), "ready");
  assert.equal((await send("POST /scheduler/resume")).at("paused"), false);
  assert.equal((await send("GET /jobs/a/result?wait=true")).at("outcome"), "success");
});
