import assert from "node:assert/strict";
import { fc } from "../properties.ts";
import { type HeapTimer, TimerHeap } from "../../src/time/virtual_clock.ts";
import { test } from "../harness.ts";

test("take() gives timers in order of time, then of adding, without those taken back", () => {
  const steps = fc.array(fc.tuple(fc.nat(50), fc.boolean()), { maxLength: 400 });
  fc.assert(fc.property(steps, (timers) => {
    const heap = new TimerHeap();
    const set = timers.map(([atMs]) => heap.add(atMs, () => {}));
    timers.forEach(([, cancelled], i) => cancelled && heap.cancel(set[i]!));
    const left = set.filter((_, i) => !timers[i]![1]);
    assert.equal(heap.size, left.length);
    const expected = left.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order);
    const taken: HeapTimer[] = [];
    for (let next = heap.take(Infinity); next; next = heap.take(Infinity)) taken.push(next);
    assert.deepEqual(taken.map(({ order }) => order), expected.map(({ order }) => order));
    assert.equal(heap.size, 0);
  }));
});

test("take() leaves what rings later, and cancelling what rang changes nothing", () => {
  const heap = new TimerHeap();
  const first = heap.add(5, () => {});
  heap.add(7, () => {});
  assert.equal(heap.take(4), undefined);
  assert.equal(heap.take(6), first);
  heap.cancel(first);
  assert.equal(heap.size, 1);
  assert.equal(heap.peek()?.atMs, 7);
});
