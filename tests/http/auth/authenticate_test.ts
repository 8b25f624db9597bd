import assert from "node:assert/strict";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { createControlApp } from "../../../src/http/control_app.ts";
import { test } from "../../harness.ts";
import { answerOf, withControl } from "../control_fixture.ts";

const tokens = ["first-token", { name: "ada", token: "second-token" }];
const endpoints = [
  "GET /scheduler",
  "POST /scheduler/pause",
  "POST /scheduler/resume",
  "GET /tasks",
  "GET /tasks/endless",
  "POST /tasks/endless/pause",
  "POST /tasks/endless/resume",
  "GET /schedules",
  "GET /schedules/a",
  "POST /schedules/a/pause",
  "POST /schedules/a/resume",
  "POST /schedules/a/run",
  "POST /schedules/a/backfill",
  "DELETE /schedules/a",
  "GET /jobs",
  "POST /jobs",
  "GET /jobs/a",
  "GET /jobs/a/result",
  "GET /jobs/a/attempts",
  "GET /jobs/a/logs",
  "GET /jobs/a/explanation",
  "PATCH /jobs/a",
  "POST /jobs/cancel",
  "POST /jobs/retry",
  "POST /jobs/remove",
  "POST /jobs/a/cancel",
  "POST /jobs/a/retry",
  "DELETE /jobs/a",
  "GET /nothing",
  "PUT /jobs",
  "POST /health",
];

test("authenticate() refuses every endpoint but GET /health without a token", async () => {
  await withControl(async ({ send }) => {
    for (const what of endpoints) {
      const answer = await send(what);
      assert.deepEqual([what, answer.status, answer.at("code")], [what, 401, "unauthorized"]);
      assert.equal(answer.headers.get("WWW-Authenticate"), 'Bearer realm="carillon"');
      assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
    }
    assert.equal((await send("GET /health")).status, 200);
  }, { app: { tokens } });
});

test("authenticate() lists every route of the app in the test above", async () => {
  await withControl(({ app }) => {
    const routes = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) =>
      `${method} ${path.replace(/\/$/, "").replace(/^\/tasks\/:name/, "/tasks/endless").replace(/:id/, "a")}`
    );
    assert.deepEqual([...new Set(routes)].filter((route) => !endpoints.includes(route)), ["GET /health"]);
    return Promise.resolve();
  }, { start: false });
});

test("authenticate() lets each token in, and nothing that is like one", async () => {
  await withControl(async ({ send }) => {
    const status = async (authorization: string) =>
      (await send("GET /tasks", undefined, { headers: { Authorization: authorization } })).status;
    for (const right of ["Bearer first-token", "bearer second-token", "Bearer  second-token "]) {
      assert.equal(await status(right), 200, right);
    }
    for (
      const wrong of [
        "Bearer",
        "Bearer ",
        "first-token",
        "Basic first-token",
        "Bearer first-toke",
        "Bearer first-token second-token",
        "Bearer FIRST-TOKEN",
      ]
    ) {
      assert.equal(await status(wrong), 401, wrong);
    }
    const answer = await send("GET /tasks", undefined, { headers: { Authorization: "Bearer nonsense" } });
    assert.equal(answer.headers.get("WWW-Authenticate"), 'Bearer realm="carillon", error="invalid_token"');
    assert.equal(JSON.stringify(answer.body).includes("nonsense"), false);
  }, { app: { tokens } });
});

test("authenticate() with a token takes requests from everywhere", async () => {
  await withControl(async ({ app }) => {
    const headers = { Authorization: "Bearer first-token", Origin: "https://example.com" };
    const response = await app.request("http://example.com/tasks", { headers }, {
      remoteAddress: "10.0.0.9",
    });
    assert.equal(response.status, 200);
  }, { app: { tokens } });
});

test("authenticate() without tokens serves this machine only, naming authentication and the option", async () => {
  const app = createControlApp(new Scheduler());
  const ask = async (url: string, headers: Record<string, string> = {}, remoteAddress?: string) =>
    await answerOf(await app.request(url, { headers }, { remoteAddress }));
  const refused = [
    await ask("http://example.com/tasks"),
    await ask("http://127.0.0.1.example.com/tasks"),
    await ask("http://localhost/tasks", {}, "10.0.0.9"),
    await ask("http://localhost/tasks", { "X-Forwarded-For": "10.0.0.9" }),
    await ask("http://localhost/tasks", { Forwarded: "for=10.0.0.9" }),
  ];
  for (const answer of refused) {
    assert.deepEqual([answer.status, answer.at("code")], [403, "authenticationRequired"]);
    assert.match(String(answer.at("detail")), /authentication.*'tokens'/);
  }
  assert.equal((await ask("http://example.com/health", {}, "10.0.0.9")).status, 503);
});

test("authenticate() without tokens refuses what pages of other sites send", async () => {
  await withControl(async ({ send }) => {
    const pause = (origin: string) =>
      send("POST /tasks/endless/pause", undefined, { headers: { Origin: origin } });
    for (const origin of ["https://example.com", "null", "http://localhost:8080"]) {
      const answer = await pause(origin);
      assert.deepEqual([answer.status, answer.at("code")], [403, "forbidden"], origin);
    }
    assert.equal((await send("GET /tasks/endless")).at("paused"), false);
    assert.equal((await pause("http://localhost")).status, 200);
  });
});
