import assert from "node:assert/strict";
import { connect } from "node:net";

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
