import assert from "node:assert/strict";
import { owedFires } from "../../../src/scheduler/schedules/owed_fires.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { interval } from "../../../src/triggers/interval.ts";
import type { Trigger } from "../../../src/triggers/trigger.ts";
import { test } from "../../harness.ts";

const start = Date.UTC(2026, 0, 1);
const everySecond = interval({ seconds: 1 }, { start: "2026-01-01T00:00Z" });

test("owedFires() lists the first fires, the last one, the count and the one after", () => {
  const owed = owedFires(everySecond, {}, start, start + 4500, 3);
  assert.deepEqual(owed.first, [start, start + 1000, start + 2000]);
  assert.equal(owed.afterFirst, start + 3000);
  assert.equal(owed.last, start + 4000);
  assert.equal(owed.count, 5);
  assert.equal(owed.countIsExact, true);
  assert.equal(owed.nextMs, start + 5000);
});

test("owedFires() counts a fire at the very end", () => {
  const owed = owedFires(everySecond, {}, start, start + 2000, 10);
  assert.equal(owed.count, 3);
  assert.equal(owed.last, start + 2000);
});

test("owedFires() finds the last fire of ten years of downtime without ten years of steps", () => {
  let calls = 0;
  const counting = new Proxy(everySecond, {
    get(target, key) {
      if (key !== "nextAfterMs") return Reflect.get(target, key);
      return (...args: Parameters<Trigger["nextAfterMs"]>) => {
        calls++;
        return target.nextAfterMs(...args);
      };
    },
  });
  const endMs = start + 10 * 366 * 86_400_000 + 250;
  const owed = owedFires(counting, {}, start, endMs, 1);
  assert.equal(owed.last, endMs - 250);
  assert.equal(owed.nextMs, endMs + 750);
  assert.equal(owed.countIsExact, false);
  assert.ok(owed.count > 100_000);
  assert.ok(calls < 101_000, `${calls} calls`);
});

test("owedFires() has no next fire when the trigger ends", () => {
  const ending = interval({ seconds: 1 }, { start: "2026-01-01T00:00Z", end: "2026-01-01T00:00:02Z" });
  const owed = owedFires(ending, {}, start, start + 60_000, 10);
  assert.equal(owed.count, 3);
  assert.equal(owed.nextMs, undefined);
  assert.equal(owed.afterFirst, undefined);
});

test("owedFires() refuses a trigger that does not move on", () => {
  const stuck = { nextAfterMs: (epochMs: number) => epochMs } as unknown as Trigger;
  assert.throws(() => owedFires(stuck, {}, start, start + 1000, 10), /is not later/);
});

test("owedFires() follows a cron over a change of the clock", () => {
  const trigger = cron("0 * * * *", { timeZone: "Europe/Berlin" });
  const firstMs = Date.UTC(2026, 2, 28, 23);
  const owed = owedFires(trigger, {}, firstMs, firstMs + 23 * 3_600_000, 100);
  assert.equal(owed.count, 24);
});

test("owedFires() leaves out the fires that have a job already", () => {
  const trigger = interval({ seconds: 10 }, { start: "2026-01-01T00:00Z" });
  const start = Date.UTC(2026, 0, 1);
  const at = (...seconds: number[]) => seconds.map((second) => start + second * 1000);
  const taken = new Set(at(0, 20, 40));
  const some = owedFires(trigger, {}, start, start + 45_000, 1, taken);
  assert.deepEqual([some.first, some.last, some.count], [at(10), at(30)[0], 2]);
  assert.deepEqual([some.afterFirst, some.nextMs], at(20, 50));
  const none = owedFires(trigger, {}, start, start + 5000, 1, taken);
  assert.deepEqual([none.first, none.count, none.nextMs], [[], 0, at(10)[0]]);
});
