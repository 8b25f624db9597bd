import assert from "node:assert/strict";
import { chooseFires, type FireChoiceInput } from "../../../src/scheduler/schedules/fire_choice.ts";
import { owedFires } from "../../../src/scheduler/schedules/owed_fires.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";

const start = Date.UTC(2026, 0, 1);
const trigger = interval({ seconds: 10 }, { start: "2026-01-01T00:00Z" });

/** The choice among fires at 0, 10, 20, 30 and 40 s, made at 45 s. */
function choose(input: Partial<FireChoiceInput> & { limit?: number } = {}) {
  const nowMs = start + 45_000;
  const choice = chooseFires({
    owed: owedFires(trigger, {}, start, nowMs, input.limit ?? 1000),
    trigger,
    context: {},
    nowMs,
    endMs: nowMs,
    taken: new Set(),
    graceMs: null,
    policies: { coalesce: "latest", overlap: "allow" },
    unfinishedJobs: 0,
    runsLeft: Infinity,
    ...input,
  });
  return {
    fires: choice.fires.map((ms) => (ms - start) / 1000),
    dropped: Object.fromEntries(choice.dropped.map(({ reason, count }) => [reason, count])),
    next: choice.nextMs === undefined ? undefined : (choice.nextMs - start) / 1000,
    last: (choice.lastMs - start) / 1000,
    dependsOnUnfinished: choice.dependsOnUnfinished,
  };
}

test("chooseFires() takes the latest fire and counts the others as coalesced", () => {
  const { fires, dropped, next, last } = choose();
  assert.deepEqual(fires, [40]);
  assert.deepEqual(dropped, { coalesced: 4 });
  assert.equal(next, 50);
  assert.equal(last, 40);
});

test("chooseFires() takes the earliest fire when told", () => {
  const { fires, dropped, next } = choose({ policies: { coalesce: "earliest", overlap: "allow" } });
  assert.deepEqual(fires, [0]);
  assert.deepEqual(dropped, { coalesced: 4 });
  assert.equal(next, 50);
});

test("chooseFires() takes all fires when told, in steps, oldest first", () => {
  const all = { coalesce: "all", overlap: "allow" } as const;
  assert.deepEqual(choose({ policies: all }).fires, [0, 10, 20, 30, 40]);
  const step = choose({ policies: all, limit: 2 });
  assert.deepEqual(step.fires, [0, 10]);
  assert.deepEqual(step.dropped, {});
  assert.equal(step.next, 20);
  assert.equal(step.last, 10);
});

test("chooseFires() judges misfire grace before coalescing", () => {
  const { fires, dropped } = choose({ graceMs: 16_000 });
  assert.deepEqual(fires, [40]);
  assert.deepEqual(dropped, { missed: 3, coalesced: 1 });
});

test("chooseFires() misses everything when all fires are too late", () => {
  const { fires, dropped, next, last } = choose({ graceMs: 3000 });
  assert.deepEqual(fires, []);
  assert.deepEqual(dropped, { missed: 5 });
  assert.equal(next, 50);
  assert.equal(last, 40);
});

test("chooseFires() keeps a fire that is exactly as late as its grace", () => {
  assert.deepEqual(choose({ graceMs: 5000 }).fires, [40]);
});

test("chooseFires() with queueOne lets one more wait and coalesces later ones", () => {
  const policies = { coalesce: "latest", overlap: "queueOne" } as const;
  assert.deepEqual(choose({ policies, unfinishedJobs: 1 }).fires, [40]);
  const full = choose({ policies, unfinishedJobs: 2 });
  assert.deepEqual(full.fires, []);
  assert.deepEqual(full.dropped, { coalesced: 5 });
  assert.equal(full.dependsOnUnfinished, true);
});

test("chooseFires() with skip drops fires while a job is unfinished", () => {
  const policies = { coalesce: "latest", overlap: "skip" } as const;
  assert.deepEqual(choose({ policies }).fires, [40]);
  const busy = choose({ policies, unfinishedJobs: 1 });
  assert.deepEqual(busy.fires, []);
  assert.deepEqual(busy.dropped, { coalesced: 4, skipped: 1 });
});

test("chooseFires() with queue and allow adds every fire", () => {
  for (const overlap of ["queue", "allow"] as const) {
    const { fires, dependsOnUnfinished } = choose({
      policies: { coalesce: "all", overlap },
      unfinishedJobs: 7,
    });
    assert.equal(fires.length, 5);
    assert.equal(dependsOnUnfinished, false);
  }
});

test("chooseFires() with cancelPrevious keeps the newest fire only", () => {
  const { fires, dropped } = choose({
    policies: { coalesce: "all", overlap: "cancelPrevious" },
    unfinishedJobs: 3,
  });
  assert.deepEqual(fires, [40]);
  assert.deepEqual(dropped, { coalesced: 4 });
});

test("chooseFires() stops at the runs that are left", () => {
  const { fires } = choose({ policies: { coalesce: "all", overlap: "allow" }, runsLeft: 2 });
  assert.deepEqual(fires, [0, 10]);
});

test("chooseFires() accounts only for the fires up to the last run that is allowed", () => {
  const policies = { coalesce: "all", overlap: "allow" } as const;
  const { fires, dropped, last } = choose({ policies, runsLeft: 2 });
  assert.deepEqual(fires, [0, 10]);
  assert.deepEqual(dropped, {});
  assert.equal(last, 10);
});
