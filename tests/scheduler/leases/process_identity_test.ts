import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { isCertainlyDead, ownProcessIdentity } from "../../../src/scheduler/leases/process_identity.ts";
import { runtime, test } from "../../harness.ts";
import { startChild } from "../../stores/child_process.ts";

const own = ownProcessIdentity();
const isLinux = process.platform === "linux";

test("ownProcessIdentity() distinguishes this process from all others", () => {
  assert.equal(own.pid, process.pid);
  assert.ok(own.hostname.length > 0);
  if (isLinux) {
    for (const value of [own.bootId, own.pidNamespace, own.startedAt]) {
      assert.ok(value, runtime);
    }
  }
});

test("isCertainlyDead() is false for itself and wherever there is a doubt", () => {
  const gone = 2 ** 22 + 1;
  assert.equal(isCertainlyDead(own, own), false);
  assert.equal(isCertainlyDead({ ...own, pid: gone, hostname: "elsewhere" }, own), false);
  assert.equal(isCertainlyDead({ ...own, pid: gone, bootId: "another boot" }, own), false);
  assert.equal(isCertainlyDead({ ...own, pid: gone, pidNamespace: "pid:[1]" }, own), false);
  assert.equal(isCertainlyDead({ ...own, pid: gone, bootId: null }, { ...own, bootId: null }), false);
  assert.equal(isCertainlyDead({ ...own, pid: 0 }, own), false);
  assert.equal(isCertainlyDead({ ...own, startedAt: null }, own), false);
});

test("isCertainlyDead() is true for a pid that is gone or belongs to another process (Linux)", () => {
  assert.equal(isCertainlyDead({ ...own, pid: 2 ** 22 + 1 }, own), true);
  assert.equal(isCertainlyDead({ ...own, startedAt: "1" }, own), true);
}, { ignore: !isLinux });

test("isCertainlyDead() is false for a stopped process and true for a killed one (Linux)", async () => {
  const child = startChild("../scheduler/lifecycle/scheduler_child.ts", ["memory", "long"]);
  await child.until("started");
  const other = { ...own, pid: child.process.pid!, startedAt: null };
  child.kill("SIGSTOP");
  assert.equal(isCertainlyDead(other, own), false);
  child.kill("SIGKILL");
  await child.ended;
  assert.equal(isCertainlyDead(other, own), true);
}, { ignore: !isLinux });

// real time: how long the system takes to end a process is not ours to move
test(
  "isCertainlyDead() is true for a process that is dead and not yet noticed by its parent (Linux)",
  async () => {
    // The shell becomes another program, which never asks for the end of the child that the shell had started.
    const parent = spawn("sh", ["-c", "sleep 0.01 & echo $!; exec sleep 30"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const ended = new Promise((resolve) => parent.on("close", resolve));
    try {
      const line = await new Promise<string>((resolve) => {
        parent.stdout.setEncoding("utf8").once("data", resolve);
      });
      const other = { ...own, pid: Number(line.trim()), startedAt: null };
      const state = () => readFileSync(`/proc/${other.pid}/stat`, "utf8").split(") ")[1]?.[0];
      for (let turn = 0; turn < 500 && state() !== "Z"; turn++) await new Promise((go) => setTimeout(go, 10));
      assert.equal(state(), "Z");
      assert.equal(isCertainlyDead(other, own), true);
    } finally {
      process.kill(parent.pid!, "SIGKILL");
      await ended;
    }
  },
  { ignore: !isLinux },
);
