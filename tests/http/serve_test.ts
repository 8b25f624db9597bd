import assert from "node:assert/strict";
import { isCarillonError } from "../../src/errors.ts";
import { createControlApp } from "../../src/http/control_app.ts";
import { serveControlApp } from "../../src/http/serve.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { test } from "../harness.ts";
import { answerOf, nextStart, TOKEN, withControl } from "./control_fixture.ts";

test("serveControlApp() serves over a real socket until it is closed", async () => {
  await withControl(async ({ app }) => {
    const served = await serveControlApp(app, { port: 0 });
    assert.match(served.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const headers = { "Authorization": `Bearer ${TOKEN}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ task: "people/greet", input: { name: "Ada" } });
    const added = await answerOf(
      await fetch(`${served.url}/jobs?wait=true`, { method: "POST", headers, body }),
    );
    assert.deepEqual([added.status, added.at("result.value.greeting")], [201, "hello Ada"]);
    assert.equal((await answerOf(await fetch(`${served.url}/jobs`))).status, 401);
    assert.equal((await answerOf(await fetch(`${served.url}/health`))).status, 200);
    await served.close();
    await assert.rejects(fetch(`${served.url}/health`));
  }, { app: { auth: { tokens: [TOKEN] } } });
});

test("serveControlApp() hands the remote address over: without authentication, loopback is served", async () => {
  const app = createControlApp(new Scheduler({ role: "client" }), { auth: "none" });
  const addresses: unknown[] = [];
  const spying = {
    fetch(request: Request, about?: { readonly remoteAddress?: string | undefined }) {
      addresses.push(about?.remoteAddress);
      return app.fetch(request, about);
    },
  };
  const served = await serveControlApp(spying, { port: 0 });
  assert.equal((await answerOf(await fetch(`${served.url}/nothing`))).status, 404);
  await served.close();
  assert.deepEqual(addresses, ["127.0.0.1"]);
});

test("serveControlApp() refuses an app without authentication off loopback, and opens nothing", async () => {
  const app = createControlApp(new Scheduler(), { auth: "none" });
  for (const hostname of ["0.0.0.0", "::", "192.0.2.1"]) {
    await assert.rejects(serveControlApp(app, { hostname, port: 0 }), {
      code: "authenticationRequired",
      message: /authentication.*'auth'/,
    });
  }
});

test("serveControlApp() names loopback for a wildcard address", async () => {
  const app = createControlApp(new Scheduler({ role: "client" }), { auth: { tokens: [TOKEN] } });
  const served = await serveControlApp(app, { hostname: "0.0.0.0", port: 0 });
  assert.match(served.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await answerOf(await fetch(`${served.url}/tasks`))).status, 401);
  await served.close();
});

test("serveControlApp() says when the port is taken, and refuses addresses that are none", async () => {
  const app = createControlApp(new Scheduler(), { auth: "none" });
  const served = await serveControlApp(app, { port: 0 });
  const port = Number(new URL(served.url).port);
  const error: unknown = await serveControlApp(app, { port }).catch((error) => error);
  await served.close();
  assert.ok(isCarillonError(error, "addressInUse"), String(error));
  assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}.*another port`));
  await assert.rejects(serveControlApp(app, { port: 70_000 }), { code: "invalidOption" });
  await assert.rejects(serveControlApp(app, { port: -1 }), { code: "invalidOption" });
  await assert.rejects(serveControlApp(app, { port: 1.5 }), { code: "invalidOption" });
  await assert.rejects(serveControlApp(app, { host: "::1" } as object), { code: "invalidOption" });
});

test("close() finishes pending requests when the scheduler stops first", async () => {
  await withControl(async ({ app, scheduler }) => {
    const served = await serveControlApp(app, { port: 0 });
    const started = nextStart(scheduler);
    const added = fetch(`${served.url}/jobs?wait=true`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ task: "endless", id: "a" }),
    });
    await started;
    const closed = scheduler.stop({ drain: false }).then(() => served.close());
    assert.equal((await answerOf(await added)).status, 503);
    await closed;
  });
});
