import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";

import { type HttpHandler, openHttpServer } from "../../src/http/http_server.ts";
import { test } from "../harness.ts";

async function withServer(handler: HttpHandler, body: (url: string, port: number) => Promise<void>) {
  const server = await openHttpServer(handler, { hostname: "127.0.0.1", port: 0 });
  try {
    await body(`http://127.0.0.1:${server.port}`, server.port);
  } finally {
    const finished = server.finish();
    server.cut();
    await finished;
  }
}

test("openHttpServer() hands method, address, headers and body to the handler, and its answer back", async () => {
  await withServer(async (request, { remoteAddress }) => {
    const { method, url, headers } = request;
    const body = await request.text();
    const seen = { method, path: new URL(url).pathname, tag: headers.get("X-Tag"), body, remoteAddress };
    return Response.json(seen, { status: 418, headers: { "X-Answer": "yes" } });
  }, async (url) => {
    const response = await fetch(`${url}/a%2Fb`, { method: "POST", headers: { "X-Tag": "t" }, body: "text" });
    assert.deepEqual([response.status, response.headers.get("X-Answer")], [418, "yes"]);
    assert.deepEqual(await response.json(), {
      method: "POST",
      path: "/a%2Fb",
      tag: "t",
      body: "text",
      remoteAddress: "127.0.0.1",
    });
  });
});

test("openHttpServer() responds without a body, and streams one that comes in pieces", async () => {
  await withServer((request) => {
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    const pieces = ["one ", "two ", "three"].map((piece) => new TextEncoder().encode(piece));
    return new Response(ReadableStream.from(pieces));
  }, async (url) => {
    assert.equal((await fetch(url, { method: "DELETE" })).status, 204);
    assert.equal(await (await fetch(url)).text(), "one two three");
  });
});

test("openHttpServer() aborts the request when its client goes", async () => {
  const arrived = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  await withServer((request) => {
    request.signal.addEventListener("abort", () => aborted.resolve());
    arrived.resolve();
    return aborted.promise.then(() => new Response());
  }, async (_url, port) => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await arrived.promise;
    socket.destroy();
    await aborted.promise;
  });
});

test("openHttpServer() refuses a host that is no address", async () => {
  await withServer(() => new Response(), async (_url, port) => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    assert.match(text, /^HTTP\/1\.1 400 /);
  });
});

test("openHttpServer() takes the host from the one Host header, whatever the target looks like", async () => {
  await withServer((request) => new Response(request.url), async (_url, port) => {
    const host = `127.0.0.1:${port}`;
    const ask = async (target: string, ...hosts: readonly string[]) => {
      const socket = connect(port, "127.0.0.1");
      const headers = hosts.map((one) => `Host: ${one}\r\n`).join("");
      socket.write(`GET ${target} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
      let text = "";
      for await (const chunk of socket) text += String(chunk);
      return text;
    };
    assert.match(await ask(`//${host}/jobs`, "evil.test"), new RegExp(`http://evil\\.test//${host}/jobs`));
    assert.match(await ask(`http://${host}/jobs`, host), new RegExp(`http://${host}/jobs`));
    const refused = [
      ask(`http://${host}/jobs`, "evil.test"),
      ask("/jobs", host, "evil.test"),
      ask("/jobs", "a@b"),
      ask("/jobs", "a/b"),
      ask("*", host),
    ];
    for (const answer of await Promise.all(refused)) assert.match(answer, /^HTTP\/1\.1 400 /);
  });
});

test("openHttpServer() cuts connections that send no request, and makes room when there are too many", async () => {
  const limits = { max: 2, idleMs: 300, arrivalMs: 300, checkMs: 50 };
  const server = await openHttpServer(() => new Response("ok"), { hostname: "127.0.0.1", port: 0 }, limits);
  const opened = () => {
    const socket = connect(server.port, "127.0.0.1");
    // Read to its end, without which its close is not reported everywhere.
    socket.on("error", () => {}).resume();
    return socket;
  };
  const ended = (socket: Socket) => new Promise((resolve) => socket.on("close", resolve));
  const slow = opened();
  slow.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\na");
  const idle = [opened(), opened()];
  await Promise.all([...idle, slow].map(ended));
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}`)).text(), "ok");
  const finished = server.finish();
  server.cut();
  await finished;
});

test("finish() waits for requests under way, and for no connection that is only kept alive", async () => {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const server = await openHttpServer(() => {
    arrived.resolve();
    return answer.promise;
  }, { hostname: "127.0.0.1", port: 0 });
  const response = fetch(`http://127.0.0.1:${server.port}`);
  await arrived.promise;
  let finished = false;
  const finishing = server.finish().then(() => finished = true);
  assert.equal(finished, false);
  answer.resolve(new Response("late", { headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] }));
  assert.deepEqual((await response).headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(await (await response).text(), "late");
  await finishing;
});
