import assert from "node:assert/strict";
import { withProgress } from "../../../src/cli/render/progress_line.ts";
import type { Terminal } from "../../../src/cli/terminal.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";

function terminal(interactive: boolean) {
  const written: string[] = [];
  const partial = { err: (text: string) => written.push(text), interactive, width: 40 };
  return { terminal: partial as unknown as Terminal, written };
}

test("withProgress() says nothing about what is done within a second", async () => {
  const clock = new VirtualClock();
  const { terminal: to, written } = terminal(true);
  const options = { terminal: to, clock, label: () => "working" };
  assert.equal(await withProgress(options, async () => (await clock.advance({ milliseconds: 999 }), 5)), 5);
  assert.deepEqual(written, []);
  assert.equal(clock.pendingTimers, 0);
});

test("withProgress() redraws a line on a terminal, and takes it away", async () => {
  const clock = new VirtualClock();
  const { terminal: to, written } = terminal(true);
  let step = "reading";
  await withProgress({ terminal: to, clock, label: () => step }, async () => {
    await clock.advance({ milliseconds: 1000 });
    step = "writing";
    await clock.advance({ milliseconds: 250 });
  });
  assert.deepEqual(written, ["reading 1 s", "\r\u001b[K", "writing 1.3 s", "\r\u001b[K"]);
});

test("withProgress() writes few lines where they cannot be redrawn", async () => {
  const clock = new VirtualClock();
  const { terminal: to, written } = terminal(false);
  await withProgress({ terminal: to, clock, label: () => "working" }, () => clock.advance({ seconds: 12 }));
  assert.deepEqual(written, ["working 1 s\n", "working 11 s\n"]);
});

test("withProgress() takes the line away when the work fails", async () => {
  const clock = new VirtualClock();
  const { terminal: to, written } = terminal(true);
  const work = async () => {
    await clock.advance({ seconds: 1 });
    throw new Error("no");
  };
  await assert.rejects(withProgress({ terminal: to, clock, label: () => "working" }, work), /no/);
  assert.equal(written.at(-1), "\r\u001b[K");
  assert.equal(clock.pendingTimers, 0);
});
