import assert from "node:assert/strict";
import { addedJob } from "../../../src/model/transitions.ts";
import { BlockedLanes, ReadyQueue } from "../../../src/stores/memory/ready_queue.ts";
import { newJob } from "../../../src/testing/store_conformance/records.ts";
import { test } from "../../harness.ts";

function job(seq: number, priority: number, scheduleSeq: number | null = null) {
  return addedJob(newJob(`job-${seq}`, { priority, scheduleSeq }), seq, 0);
}

/** The heads as a claim walks along them that takes none. */
function heads(queue: ReadyQueue): readonly number[] {
  const seqs: number[] = [];
  for (const { heads } of queue.queues) seqs.push(...[...heads].map(({ seq }) => seq));
  return seqs;
}

function makeQueue(closed = new BlockedLanes()): ReadyQueue {
  return new ReadyQueue(closed);
}

test("queues have the first job of each schedule, in claim order", () => {
  const queue = makeQueue();
  for (const added of [job(1, 0), job(2, 5, 7), job(3, 4, 7), job(4, 2, 8), job(5, 9)]) queue.add(added);
  assert.deepEqual(heads(queue), [5, 2, 4]);
});

test("add() and delete() change the head of a lane only where they must", () => {
  const queue = makeQueue();
  const [low, high] = [job(1, 0, 7), job(2, 5, 7)];
  queue.add(low);
  queue.add(high);
  assert.deepEqual(heads(queue), [2]);
  queue.delete(low);
  assert.deepEqual(heads(queue), [2]);
  queue.add(low);
  queue.delete(high);
  assert.deepEqual(heads(queue), [1]);
  queue.delete(low);
  queue.delete(low);
  assert.deepEqual(heads(queue), []);
});

test("close() sets a lane aside until what it waits for is opened, whatever comes behind its head", () => {
  const closed = new BlockedLanes();
  const queue = makeQueue(closed);
  const [first, second, other] = [job(1, 5, 7), job(2, 4, 7), job(3, 3, 8)];
  for (const added of [first, other]) queue.add(added);
  queue.close(first, "slot");
  queue.add(second);
  assert.deepEqual(heads(queue), [3]);
  closed.open("another slot");
  assert.deepEqual(heads(queue), [3]);
  closed.open("slot");
  assert.deepEqual([heads(queue), closed.size], [[1, 3], 0]);
});

test("close() sets no lane aside by a job that is not its head, and a new head opens it", () => {
  const closed = new BlockedLanes();
  const queue = makeQueue(closed);
  const [first, second, best] = [job(1, 5, 7), job(2, 4, 7), job(3, 9, 7)];
  for (const added of [first, second]) queue.add(added);
  queue.close(second, "slot");
  assert.deepEqual(heads(queue), [1]);
  queue.close(first, "slot");
  queue.add(best);
  assert.deepEqual([heads(queue), closed.size], [[3], 0]);
});

test("nothing is left of lanes that were set aside once their jobs are gone", () => {
  const closed = new BlockedLanes();
  const queue = makeQueue(closed);
  const only = job(1, 5, 7);
  queue.add(only);
  queue.close(only, "slot");
  queue.delete(only);
  assert.deepEqual([closed.size, queue.isEmpty, [...queue.queues]], [0, true, []]);
});
