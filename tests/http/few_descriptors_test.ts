import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import process from "node:process";
import { runtime, test } from "../harness.ts";
import { denoProgram, startChild } from "../stores/child_process.ts";

test("openHttpServer() is reachable again after idle connections took all file descriptors", async () => {
  const program = runtime === "deno" ? denoProgram(process.execPath) : [process.execPath];
  const child = startChild("../http/few_descriptors_child.ts", [], [
    "sh",
    "-c",
    'ulimit -n 128; exec "$@"',
    "sh",
    ...program,
  ]);
  const idle: Socket[] = [];
  try {
    await child.until("port");
    const port = Number(child.lines[0]!.split(" ")[1]);
    const url = `http://127.0.0.1:${port}/`;
    assert.equal(await (await fetch(url)).text(), "ok");
    for (let i = 0; i < 300; i++) idle.push(connect(port, "127.0.0.1").on("error", () => {}));
    // They stay open as far as their client is concerned: the server alone can make room.
    assert.equal(await answerOf(url), "ok");
    assert.equal(await answerOf(url), "ok");
  } finally {
    for (const socket of idle) socket.destroy();
    child.kill("SIGKILL");
    await child.ended;
  }
}, { ignore: process.platform === "win32" });

/** Asks until there is an answer; a server that gives none fails the test by its time limit. */
async function answerOf(url: string): Promise<string> {
  for (;;) {
    try {
      const headers = { Connection: "close" };
      return await (await fetch(url, { headers, signal: AbortSignal.timeout(1000) })).text();
    } catch {
      continue;
    }
  }
}
