import { runCommand } from "../../tools/run_command.ts";
import { runtime, test } from "../harness.ts";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const LONG_MS = 30_000;

const EVALUATE = runtime === "deno" ? "eval" : "-e";

function evaluate(code: string, timeLimitMs: number) {
  return runCommand({ program: process.execPath, args: [EVALUATE, code], timeLimitMs });
}

test("runCommand() gives the exit code and what was written on both streams", async () => {
  const code = `console.log("out"); console.error("err"); process.exit(7)`;
  const result = await evaluate(`import process from "node:process"; ${code}`, LONG_MS);
  assert.equal(result.code, 7);
  assert.equal(result.timedOut, false);
  assert.match(result.output, /out/);
  assert.match(result.output, /err/);
});

test("runCommand() returns a code and a reason when the program does not exist", async () => {
  const result = await runCommand({ program: "no-such-program-anywhere", args: [], timeLimitMs: LONG_MS });
  assert.equal(result.code, 1);
  assert.match(result.output, /no-such-program-anywhere could not be started/);
});

test("runCommand() gives a code other than 0 when the program was killed by a signal", async () => {
  const result = await evaluate(
    `import process from "node:process"; process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 60000)`,
    LONG_MS,
  );
  assert.notEqual(result.code, 0);
});

test("runCommand() kills at the time limit, also what the program has started", async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-run-"));
  const survived = join(folder, "survived");
  // The grandchild would leave a file behind if it outlived its parent; it also holds the pipe open.
  const grandchild = `setTimeout(() => require("node:fs").writeFileSync(${
    JSON.stringify(survived)
  }, ""), 3000)`;
  const parent = `import process from "node:process"; import { spawn } from "node:child_process";
    spawn(process.execPath, ["${EVALUATE}", ${JSON.stringify(grandchild)}], { stdio: "inherit" });
    setInterval(() => {}, 1000)`;
  const result = await evaluate(parent, 700);
  assert.equal(result.timedOut, true);
  assert.notEqual(result.code, 0);
  assert.match(result.output, /killed: it took longer than 0.7 s/);
  // The answer came when the last writer of the pipe was gone, so the grandchild is.
  assert.equal(existsSync(survived), false);
  await rm(folder, { recursive: true });
});
