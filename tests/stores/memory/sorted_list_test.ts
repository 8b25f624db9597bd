import assert from "node:assert/strict";
import { fc } from "../../properties.ts";
import { SortedList } from "../../../src/stores/memory/sorted_list.ts";
import { test } from "../../harness.ts";

const ascending = (a: number, b: number) => a - b;

/** Enough items for several buckets, added in a scrambled order. */
function manyItems(): { readonly list: SortedList<number>; readonly items: readonly number[] } {
  const list = new SortedList<number>(ascending);
  const items = Array.from({ length: 5000 }, (_, i) => i * 2);
  for (const item of items) list.add((item * 7919) % 10_000);
  return { list, items };
}

test("add() keeps items in order however many there are", () => {
  const { list, items } = manyItems();
  assert.equal(list.size, 5000);
  assert.deepEqual([...list], items);
  assert.equal(list.first(), 0);
});

test("after() finds the next item, from items that are there and from places between them", () => {
  const { list, items } = manyItems();
  for (const item of items) {
    const next = item === 9998 ? undefined : item + 2;
    assert.equal(list.after(item), next);
    assert.equal(list.after(item + 1), next);
  }
  assert.equal(list.after(-1), 0);
});

test("delete() takes out what is there and nothing else", () => {
  const { list, items } = manyItems();
  for (const item of items.filter((item) => item % 3 === 0)) assert.equal(list.delete(item), true);
  assert.equal(list.delete(0), false);
  assert.equal(list.delete(1), false);
  assert.equal(list.delete(20_000), false);
  const left = items.filter((item) => item % 3 !== 0);
  assert.deepEqual([...list], left);
  assert.equal(list.size, left.length);
});

test("delete() leaves an empty list that can be filled again", () => {
  const list = new SortedList<number>(ascending);
  assert.deepEqual([list.first(), list.after(0), list.delete(1)], [undefined, undefined, false]);
  for (let round = 0; round < 2; round++) {
    for (let item = 0; item < 2000; item++) list.add(item);
    for (let item = 0; item < 2000; item++) assert.equal(list.delete(item), true);
    assert.deepEqual([list.size, list.first(), [...list]], [0, undefined, []]);
  }
});

test("SortedList does as a sorted array does, whatever is added and deleted", () => {
  const step = fc.record({ item: fc.nat(40), add: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const list = new SortedList<number>(ascending);
    const model = new Set<number>();
    for (const { item, add } of steps) {
      if (!add) assert.equal(list.delete(item), model.delete(item));
      else if (!model.has(item)) {
        list.add(item);
        model.add(item);
      }
      const sorted = [...model].sort(ascending);
      assert.deepEqual([...list], sorted);
      assert.equal(list.after(item), sorted.find((other) => other > item));
    }
  }));
});
