import assert from "node:assert/strict";
import { libsql } from "../../src/stores/libsql.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { test } from "../harness.ts";
import { type Child, startChild } from "./child_process.ts";
import { withFile } from "../folders.ts";

function said(children: readonly Child[], verb: string): readonly string[] {
  return children.flatMap(({ lines }) =>
    lines.filter((line) => line.startsWith(`${verb} `)).map((line) => line.slice(verb.length + 1))
  );
}

/** Holds the store to what it has acknowledged. */
async function assertKept(url: string, children: readonly Child[]): Promise<void> {
  const store = libsql(url);
  await store.open({ clock: systemClock });
  try {
    const jobs = new Map((await store.getJobs({})).map((job) => [job.id, job]));
    const added = said(children, "added");
    const ended = said(children, "ended");
    assert.deepEqual(
      added.filter((id) => !jobs.has(id)),
      [],
      "jobs that were acknowledged and are not there",
    );
    assert.deepEqual(ended.filter((id) => jobs.get(id)?.outcome !== "success"), [], "ends that were lost");
    assert.equal(new Set(ended).size, ended.length, "each job is ended once");
    assert.deepEqual(ended.filter((id) => jobs.get(id)?.claimNumber !== 1), [], "each job is claimed once");
    assert.deepEqual(await store.integrity(), []);
  } finally {
    await store.close();
  }
}

test("libsql() loses no write while processes hammer one file and lock each other out", async () => {
  await withFile(async (url) => {
    const children = ["a", "b", "c"].map((name) => startChild("store_child.ts", [url, name, "work", "40"]));
    const codes = await Promise.all(children.map(({ ended }) => ended));
    assert.deepEqual(codes, [0, 0, 0]);
    assert.deepEqual(said(children, "failed"), []);
    assert.equal(said(children, "added").length, 3 * 40 * 20);
    await assertKept(url, children);
  });
});

test("libsql() keeps what it acknowledged when its process is killed at any moment", async () => {
  await withFile(async (url) => {
    const all: Child[] = [];
    for (const [round, delayMs] of [5, 40, 90].entries()) {
      const children = ["a", "b"].map((name) =>
        startChild("store_child.ts", [url, `${name}${round}`, "work"])
      );
      all.push(...children);
      await Promise.all(children.map((child) => child.until("ended")));
      await new Promise<void>((resolve) => systemClock.setTimer(resolve, delayMs));
      for (const child of children) child.process.kill("SIGKILL");
      await Promise.all(children.map(({ ended }) => ended));
    }
    await assertKept(url, all);
  });
});

test("libsql() makes its tables once when several processes start at the same time", async () => {
  await withFile(async (url) => {
    const names = ["a", "b", "c", "d"];
    const children = names.map((name) => startChild("store_child.ts", [url, name, "write"]));
    await Promise.all(children.map(({ ended }) => ended));
    assert.deepEqual(children.map(({ lines }) => lines), names.map(() => ["opened", "done"]));
    const { from, to, steps } = await libsql(url).migrate();
    assert.deepEqual([from, steps], [to, []]);
  });
});
