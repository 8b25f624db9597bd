import assert from "node:assert/strict";
import { createControlApp } from "../../../src/http/control_app.ts";
import type { ControlAuth } from "../../../src/http/auth/authenticate.ts";
import { controlRoles, neededRole } from "../../../src/http/auth/roles.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { test } from "../../harness.ts";
import { thrown } from "../../registry/thrown.ts";
import { answerOf, TOKEN, withControl } from "../control_fixture.ts";

const OTHER = "second-token-Zk3v9sQx7LrT";
const tokens = [TOKEN, { name: "ada", token: OTHER }];

/** Every endpoint with the least role that may use it; undefined for those that need none. */
const endpoints = {
  "GET /scheduler": "viewer",
  "GET /scheduler/health": "viewer",
  "POST /scheduler/pause": "operator",
  "POST /scheduler/resume": "operator",
  "GET /tasks": "viewer",
  "GET /tasks/:name": "viewer",
  "POST /tasks/:name/pause": "operator",
  "POST /tasks/:name/resume": "operator",
  "GET /schedules": "viewer",
  "GET /schedules/:id": "viewer",
  "POST /schedules/:id/pause": "operator",
  "POST /schedules/:id/resume": "operator",
  "POST /schedules/:id/run": "operator",
  "POST /schedules/:id/backfill": "operator",
  "DELETE /schedules/:id": "operator",
  "GET /jobs": "viewer",
  "POST /jobs": "producer",
  "POST /jobs/bulk": "operator",
  "GET /jobs/:id": "viewer",
  "GET /jobs/:id/result": "viewer",
  "GET /jobs/:id/attempts": "viewer",
  "GET /jobs/:id/logs": "viewer",
  "GET /jobs/:id/explanation": "viewer",
  "PATCH /jobs/:id": "operator",
  "POST /jobs/:id/cancel": "operator",
  "POST /jobs/:id/retry": "operator",
  "DELETE /jobs/:id": "operator",
} as const;

test("every route but GET /health states the role that it needs", async () => {
  await withControl(({ app }) => {
    const stated = new Map<string, string | undefined>();
    for (const { method, path, handler } of app.routes) {
      if (method === "ALL") continue;
      const route = `${method} ${path.replace(/(?<=.)\/$/, "")}`;
      stated.set(route, stated.get(route) ?? neededRole(handler));
    }
    assert.deepEqual(Object.fromEntries(stated), { "GET /health": undefined, ...endpoints });
    return Promise.resolve();
  }, { start: false });
});

test("a caller may use what its role allows, and nothing else", async () => {
  const auth = {
    tokens: controlRoles.map((role) => ({ name: role, role, token: `token-of-the-${role}-Zk3v9sQx7` })),
  };
  await withControl(async ({ app }) => {
    for (const [endpoint, least] of Object.entries(endpoints)) {
      for (const role of controlRoles) {
        const [method = "", path = ""] = endpoint.replace(/:\w+/, "nothing").split(" ");
        const headers = { Authorization: `Bearer token-of-the-${role}-Zk3v9sQx7` };
        const { status } = await app.request(path, { method, headers });
        const isAllowed = controlRoles.indexOf(role) >= controlRoles.indexOf(least);
        assert.equal(status === 403, !isAllowed, `${endpoint} as ${role}: ${status}`);
      }
    }
  }, { app: { auth } });
});

test("createControlApp() has no way in by default", () => {
  const scheduler = new Scheduler();
  const wrong: readonly unknown[] = [
    ...[undefined, null, "", "all", true, [], {}, { tokens: [] }, { tokens: undefined }, { resolve: "all" }],
    { tokens: [TOKEN], resolve: () => null },
  ];
  for (const auth of wrong) {
    thrown(() => createControlApp(scheduler, { auth: auth as ControlAuth }), "invalidOption");
  }
  // @ts-expect-error an app without the option does not compile
  thrown(() => createControlApp(scheduler), "invalidOption");
});

test("authenticate() refuses every endpoint but GET /health without a token", async () => {
  await withControl(async ({ app }) => {
    const ask = async (endpoint: string, remoteAddress: string) => {
      const [method = "", path = ""] = endpoint.split(" ");
      return await answerOf(await app.request(path, { method }, { remoteAddress }));
    };
    const others = ["GET /nothing", "PUT /jobs", "POST /health"];
    for (const [i, endpoint] of [...Object.keys(endpoints), ...others].entries()) {
      const answer = await ask(endpoint, `10.0.0.${i}`);
      assert.deepEqual([endpoint, answer.status, answer.at("code")], [endpoint, 401, "unauthorized"]);
      assert.equal(answer.headers.get("WWW-Authenticate"), 'Bearer realm="carillon"');
      assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
    }
    assert.equal((await ask("GET /health", "10.0.0.1")).status, 200);
  }, { app: { auth: { tokens } } });
});

test("authenticate() lets each token in, and nothing that is like one", async () => {
  await withControl(async ({ send }) => {
    const status = async (authorization: string) =>
      (await send("GET /tasks", undefined, { headers: { Authorization: authorization } })).status;
    for (const right of [`Bearer ${TOKEN}`, `bearer ${OTHER}`, `Bearer  ${OTHER} `]) {
      assert.equal(await status(right), 200, right);
    }
    const wrong = ["Bearer", "Bearer ", TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN.slice(1)}`];
    for (const one of [...wrong, `Bearer ${TOKEN} ${OTHER}`, `Bearer ${TOKEN.toUpperCase()}`]) {
      assert.equal(await status(one), 401, one);
    }
    const answer = await send("GET /tasks", undefined, { headers: { Authorization: "Bearer nonsense" } });
    assert.equal(answer.headers.get("WWW-Authenticate"), 'Bearer realm="carillon", error="invalid_token"');
    assert.equal(JSON.stringify(answer.body).includes("nonsense"), false);
  }, { app: { auth: { tokens } } });
});

test("authenticate() with a resolver admits the callers it knows, with their role", async () => {
  const resolve = (request: Request) => {
    const name = request.headers.get("X-User");
    return name === null ? null : { name, role: name === "ada" ? "operator" as const : "viewer" as const };
  };
  await withControl(async ({ send }) => {
    const pause = async (headers: Record<string, string>) =>
      (await send("POST /tasks/endless/pause", undefined, { headers })).status;
    assert.deepEqual([await pause({}), await pause({ "X-User": "bob" }), await pause({ "X-User": "ada" })], [
      401,
      403,
      200,
    ]);
  }, { app: { auth: { resolve } } });
});

test("authenticate() without authentication serves this machine only, naming the option", async () => {
  const app = createControlApp(new Scheduler({ role: "client" }), { auth: "none" });
  const ask = async (url: string, headers: Record<string, string> = {}, env: object = {}) =>
    await answerOf(await app.request(url, { headers }, env));
  const refused = [
    await ask("http://localhost/tasks", {}, { remoteAddress: "10.0.0.9" }),
    await ask("http://localhost/tasks", {}, { remoteAddr: { hostname: "10.0.0.9" } }),
    await ask("http://localhost/tasks", {}, { incoming: { socket: { remoteAddress: "10.0.0.9" } } }),
    await ask("http://localhost/tasks", {}, { requestIP: () => ({ address: "10.0.0.9" }) }),
    await ask("http://localhost/tasks", { "X-Forwarded-For": "10.0.0.9" }),
    await ask("http://localhost/tasks", { Forwarded: "for=10.0.0.9" }),
  ];
  for (const answer of refused) {
    assert.deepEqual([answer.status, answer.at("code")], [403, "authenticationRequired"]);
    assert.match(String(answer.at("detail")), /authentication.*'auth'/);
  }
  for (const url of ["http://example.com/tasks", "http://127.0.0.1.example.com/tasks"]) {
    const answer = await ask(url);
    assert.deepEqual([answer.status, answer.at("code")], [403, "forbidden"]);
  }
  assert.equal((await ask("http://localhost:8000/tasks", {}, { remoteAddress: "::1" })).status, 200);
  assert.equal((await ask("http://example.com/health", {}, { remoteAddress: "10.0.0.9" })).status, 200);
});

test("authenticate() without authentication refuses what pages of other sites send", async () => {
  await withControl(async ({ send }) => {
    const pause = (headers: Record<string, string>) =>
      send("POST /tasks/endless/pause", undefined, { headers });
    const foreign: readonly Record<string, string>[] = [
      ...["https://example.com", "null", "http://localhost:8080"].map((Origin) => ({ Origin })),
      { "Sec-Fetch-Site": "cross-site" },
    ];
    for (const headers of foreign) {
      const answer = await pause(headers);
      assert.deepEqual([answer.status, answer.at("code")], [403, "forbidden"], JSON.stringify(headers));
    }
    assert.equal((await send("GET /tasks/endless")).at("paused"), false);
    assert.equal((await pause({ Origin: "http://localhost", "Sec-Fetch-Site": "same-origin" })).status, 200);
  });
});
