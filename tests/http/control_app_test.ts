import assert from "node:assert/strict";
import { Hono } from "hono";
import { hc } from "hono/client";
import { z } from "zod";
import { type ControlApp, createControlApp } from "../../src/http/control_app.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import { test } from "../harness.ts";
import { thrown } from "../registry/thrown.ts";
import { answerOf, endless, withControl } from "./control_fixture.ts";

test("createControlApp() refuses options that mean nothing", () => {
  const scheduler = new Scheduler();
  const auth = "none";
  thrown(() => createControlApp(scheduler, { auth, token: "a" } as { auth: "none" }), "invalidOption");
  thrown(() => createControlApp(scheduler, { auth, allowedHosts: [] }), "invalidOption");
  thrown(() => createControlApp(scheduler, { auth, maxBodyBytes: 0 }), "invalidOption");
});

test("createControlApp() returns 404 for an unknown address", async () => {
  await withControl(async ({ send }) => {
    for (const what of ["GET /", "GET /job", "POST /jobs/a/b/c", "GET /health/deep"]) {
      const answer = await send(what);
      assert.deepEqual([what, answer.status, answer.at("code")], [what, 404, "notFound"]);
      assert.equal(answer.at("detail"), `There is no endpoint ${what}`);
    }
  });
});

test("createControlApp() returns 405 with the allowed methods", async () => {
  await withControl(async ({ send }) => {
    const cases = [
      ["PUT /jobs", "GET, HEAD, POST"],
      ["PUT /jobs/a", "GET, HEAD, PATCH, DELETE"],
      ["GET /jobs/a/cancel", "POST"],
      ["DELETE /tasks", "GET, HEAD"],
      ["POST /health", "GET, HEAD"],
      ["OPTIONS /schedules/a", "GET, HEAD, DELETE"],
    ] as const;
    for (const [what, allowed] of cases) {
      const answer = await send(what);
      assert.deepEqual([what, answer.status, answer.at("code")], [what, 405, "methodNotAllowed"]);
      assert.equal(answer.headers.get("Allow"), allowed);
    }
  });
});

test("createControlApp() treats HEAD like GET, without a body", async () => {
  await withControl(async ({ send }) => {
    const answer = await send("HEAD /tasks");
    assert.deepEqual([answer.status, answer.body], [200, null]);
  });
});

test("createControlApp() returns 400 for a body that is not JSON, and 415 for another type", async () => {
  await withControl(async ({ send }) => {
    const post = (body: string, type?: string) =>
      send("POST /jobs", undefined, {
        body,
        ...(type === undefined ? {} : { headers: { "Content-Type": type } }),
      });
    const broken = await post('{"task": ', "application/json");
    assert.deepEqual([broken.status, broken.at("code")], [400, "invalidRequest"]);
    assert.match(String(broken.at("detail")), /not valid JSON: /);
    assert.equal((await post("", "application/json")).status, 400);
    for (
      const type of ["text/plain", "application/x-www-form-urlencoded", "text/json", "application/jsonx"]
    ) {
      const answer = await post('{"task": "endless"}', type);
      assert.deepEqual([answer.status, answer.at("code")], [415, "unsupportedMediaType"], type);
      assert.match(String(answer.at("detail")), /Content-Type: application\/json/);
    }
    assert.equal((await send("POST /jobs")).status, 415);
    assert.equal((await post("{}", "Application/JSON; charset=utf-8")).status, 400);
    assert.equal((await post('{"task": "endless"}', "application/vnd.api+json")).status, 201);
  });
});

test("createControlApp() bounds bodies, also those that do not say their length", async () => {
  await withControl(async ({ app, send }) => {
    const large = { task: "endless", metadata: { text: "x".repeat(200) } };
    const answer = await send("POST /jobs", large);
    assert.deepEqual([answer.status, answer.at("code")], [413, "bodyTooLarge"]);
    assert.equal(answer.at("details.maxBodyBytes"), 100);
    const streamed = new Request("http://localhost/jobs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: new Blob([JSON.stringify(large)]).stream(),
      ...{ duplex: "half" },
    });
    assert.equal((await answerOf(await app.request(streamed))).status, 413);
    assert.equal((await send("POST /jobs", { task: "endless" })).status, 201);
  }, { app: { maxBodyBytes: 100 } });
});

test("createControlApp() refuses long addresses and deep bodies at once", async () => {
  await withControl(async ({ send }) => {
    const long = await send(`GET /jobs/${"x".repeat(9000)}`);
    assert.deepEqual([long.status, long.at("code")], [400, "invalidRequest"]);
    for (
      const deep of [
        "[".repeat(1_000_000),
        `{"task": "endless", "input": ${"[".repeat(1000)}${"]".repeat(1000)}}`,
      ]
    ) {
      const answer = await send("POST /jobs", undefined, {
        body: deep,
        headers: { "Content-Type": "application/json" },
      });
      assert.deepEqual([answer.status, answer.at("code")], [400, "invalidRequest"]);
    }
  });
});

test("createControlApp() refuses long names without looking for similar ones", async () => {
  await withControl(async ({ send }) => {
    const name = "x".repeat(300_000);
    const wrong = [
      await send("POST /jobs", { task: name }),
      await send("POST /jobs", { task: "endless", [name]: 1 }),
      await send("POST /jobs", { task: "endless", retry: { [name]: 1 } }),
      await send("POST /jobs", { task: "endless", id: name }),
      await send("POST /jobs/bulk", { action: "cancel", [name]: 1 }),
    ];
    for (const { status, body } of wrong) {
      assert.equal(status, 400);
      assert.ok(JSON.stringify(body).length < 5000);
    }
  });
});

test("createControlApp() refuses own __proto__ keys by their name", async () => {
  const open = task({ name: "open", input: z.any(), run: () => {} });
  await withControl(async ({ send }) => {
    const post = (body: string) =>
      send("POST /jobs", undefined, { body, headers: { "Content-Type": "application/json" } });
    const top = await post('{"task": "endless", "__proto__": {"priority": 5}}');
    assert.deepEqual([top.status, top.at("code")], [400, "invalidRequest"]);
    const input = await post('{"task": "open", "input": {"a": {"__proto__": {"b": 1}}}}');
    assert.deepEqual([input.status, input.at("code")], [422, "serializationFailed"]);
    assert.match(String(input.at("detail")), /__proto__/);
    const option = await post('{"task": "endless", "retry": {"__proto__": {"maxAttempts": 1}}}');
    assert.deepEqual([option.status, option.at("code")], [400, "invalidOption"]);
    assert.equal((await send("GET /jobs?__proto__=1")).status, 400);
  }, { scheduler: { tasks: [open, endless] } });
});

test("createControlApp() answers with headers that keep caches and browsers from guessing", async () => {
  await withControl(async ({ send }) => {
    for (const what of ["GET /tasks", "GET /nothing", "GET /jobs?limit=x"]) {
      const { headers } = await send(what);
      assert.deepEqual([headers.get("Cache-Control"), headers.get("X-Content-Type-Options")], [
        "no-store",
        "nosniff",
      ]);
    }
  });
});

test("createControlApp() makes an app that can be mounted in another one", async () => {
  await withControl(async ({ app }) => {
    const site = new Hono().get("/", (c) => c.text("site")).mount("/carillon", app.fetch);
    assert.equal((await site.request("/carillon/tasks/endless")).status, 200);
    const unknown = await answerOf(await site.request("/carillon/nothing"));
    assert.deepEqual([unknown.status, unknown.at("code")], [404, "notFound"]);
    const routed = new Hono().route("/carillon", app);
    assert.equal((await routed.request("/carillon/tasks/endless")).status, 200);
    const refused = await answerOf(await routed.request("/carillon/jobs?limit=x"));
    assert.deepEqual([refused.status, refused.at("code")], [400, "invalidRequest"]);
  });
});

test("ControlApp gives typed clients the shape of requests and answers", async () => {
  await withControl(async ({ app }) => {
    const client = hc<ControlApp>("http://localhost", { fetch: app.request });
    const added = await client.jobs.$post({
      query: { wait: "true" },
      json: { task: "people/greet", input: { name: "Ada" }, priority: 3 },
    });
    const { job, result } = await added.json();
    const outcome: string | undefined = result?.outcome;
    assert.deepEqual([job.priority, outcome], [3, "success"]);
    const listed = await client.jobs.$get({ query: { state: ["finished"], limit: "5" } });
    const { items, next } = await listed.json();
    const createdAt: string | undefined = items[0]?.createdAt;
    assert.deepEqual([createdAt, next], [job.createdAt, undefined]);
    const paused = await client.tasks[":name"].pause.$post({ param: { name: "endless" } });
    const isPaused: boolean = (await paused.json()).paused;
    assert.equal(isPaused, true);
    // @ts-expect-error a job without a task does not compile
    const refused = await client.jobs.$post({ query: {}, json: { input: 1 } });
    assert.equal(refused.status as number, 400);
  });
});
