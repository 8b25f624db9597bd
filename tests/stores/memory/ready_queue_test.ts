import assert from "node:assert/strict";
import { addedJob } from "../../../src/model/transitions.ts";
import { ReadyQueue } from "../../../src/stores/memory/ready_queue.ts";
import { newJob } from "../../../src/testing/store_conformance/records.ts";
import { test } from "../../harness.ts";

function job(seq: number, priority: number, scheduleSeq: number | null = null) {
  return addedJob(newJob(`job-${seq}`, { priority, scheduleSeq }), seq, 0);
}

/** The heads as a claim walks along them that takes none. */
function heads(queue: ReadyQueue): readonly number[] {
  const seqs: number[] = [];
  for (let head = queue.firstHeads()[0]; head !== undefined; head = queue.headAfter(head)) {
    seqs.push(head.seq);
  }
  return seqs;
}

test("firstHeads() and headAfter() walk along the first job of each schedule, in claim order", () => {
  const queue = new ReadyQueue();
  for (const added of [job(1, 0), job(2, 5, 7), job(3, 4, 7), job(4, 2, 8), job(5, 9)]) queue.add(added);
  assert.deepEqual(heads(queue), [5, 2, 4]);
});

test("headAfter() finds what is behind a job that was taken in between", () => {
  const queue = new ReadyQueue();
  const taken = job(1, 5);
  for (const added of [taken, job(2, 4), job(3, 3, 7)]) queue.add(added);
  queue.delete(taken);
  assert.equal(queue.headAfter(taken)?.seq, 2);
});

test("add() and delete() change the head of a lane only where they must", () => {
  const queue = new ReadyQueue();
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
