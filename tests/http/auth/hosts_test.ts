import assert from "node:assert/strict";
import { Hono } from "hono";
import { checkAllowedHosts } from "../../../src/http/auth/hosts.ts";
import { isLoopback } from "../../../src/http/auth/loopback.ts";
import { test } from "../../harness.ts";
import { thrown } from "../../registry/thrown.ts";
import { TOKEN, withControl } from "../control_fixture.ts";

const headers = { Authorization: `Bearer ${TOKEN}` };
const listening = { hostname: "127.0.0.1", port: 8123 };

test("isLoopback() knows this machine's own names and addresses", () => {
  for (
    const host of ["localhost", "LOCALHOST", "localhost.", "app.localhost", "127.0.0.1", "127.1.2.3", "::1"]
  ) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of ["[::1]", "::ffff:127.0.0.1", "[::FFFF:127.0.0.1]"]) {
    assert.equal(isLoopback(host), true, host);
  }
});

test("isLoopback() takes nothing else for this machine", () => {
  const others = [
    "",
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "127.example",
  ];
  for (const host of others) assert.equal(isLoopback(host), false, host);
});

test("a server on the loopback serves its own names with its port, and no other host, with a token too", async () => {
  await withControl(async ({ app }) => {
    const status = async (host: string) =>
      (await app.request("http://localhost/tasks", { headers: { ...headers, Host: host } }, { listening }))
        .status;
    for (const host of ["localhost:8123", "127.0.0.1:8123", "[::1]:8123", "LOCALHOST:8123"]) {
      assert.equal(await status(host), 200, host);
    }
    const refused = [
      "evil.test:8123",
      "localhost",
      "localhost:8124",
      "127.0.0.1.evil.test:8123",
      "127.0.0.2:8123",
    ];
    for (const host of [...refused, "app.localhost:8123", "localhost.:8123", ""]) {
      assert.equal(await status(host), 403, host);
    }
  }, { app: { auth: { tokens: [TOKEN] } } });
});

test("allowedHosts is the exact list of hosts, wherever the server listens", async () => {
  await withControl(async ({ app }) => {
    const status = async (host: string) =>
      (await app.request("http://localhost/tasks", { headers: { ...headers, Host: host } })).status;
    assert.equal(await status("jobs.example.com"), 200);
    assert.equal(await status("Jobs.Example.com"), 200);
    for (const host of ["localhost", "jobs.example.com:80", "example.com", "jobs.example.com.evil.test"]) {
      assert.equal(await status(host), 403, host);
    }
  }, { app: { auth: { tokens: [TOKEN] }, allowedHosts: ["Jobs.example.com"] } });
});

test("with tokens and no list, a server off the loopback and a mounted app serve any host", async () => {
  await withControl(async ({ app }) => {
    const init = { headers: { ...headers, Host: "jobs.example.com" } };
    const wide = { listening: { hostname: "0.0.0.0", port: 8123 } };
    assert.equal((await app.request("http://x/tasks", init, wide)).status, 200);
    const site = new Hono().mount("/carillon", app.fetch);
    assert.equal((await site.request("http://x/carillon/tasks", init)).status, 200);
    assert.equal((await site.request("http://localhost/carillon/tasks")).status, 401);
  }, { app: { auth: { tokens: [TOKEN] } } });
});

test("GET /health is served under any host", async () => {
  await withControl(async ({ app }) => {
    const init = { headers: { Host: "10.0.0.7:8123" } };
    assert.equal((await app.request("http://localhost/health", init, { listening })).status, 200);
  });
});

test("checkAllowedHosts() refuses lists that cannot match", () => {
  for (const value of [[], "localhost", ["http://localhost"], ["a/b"], ["*"], [""], ["a:b"], [5, null]]) {
    thrown(() => checkAllowedHosts(value), "invalidOption");
  }
  assert.deepEqual([...checkAllowedHosts(["A:80", "[::1]:8000"])!], ["a:80", "[::1]:8000"]);
});
