import assert from "node:assert/strict";
import { isCarillonError } from "../../src/errors.ts";
import { EventHub } from "../../src/events/event_hub.ts";
import { EVENT_BUFFER_MAX } from "../../src/events/event_stream.ts";
import { test } from "../harness.ts";
import { jobEvent, taskEvent } from "./sample_events.ts";

test("events() gives what is published after the call, in order, also before it is read", async () => {
  const hub = new EventHub();
  hub.publish(jobEvent("jobAdded", "before"));
  const events = hub.events("job");
  hub.publish(jobEvent("jobAdded", "first"));
  hub.publish(taskEvent("taskAdded"));
  hub.publish(jobEvent("jobStarted", "second"));
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(event.jobId);
    if (event.type === "jobStarted") break;
  }
  assert.deepEqual(seen, ["first", "second"]);
});

test("events() wakes a reader that waits", async () => {
  const hub = new EventHub();
  const events = hub.events(["jobAdded", "taskAdded"]);
  const [first, second] = [events.next(), events.next()];
  hub.publish(jobEvent("jobAdded"));
  hub.publish(taskEvent("taskAdded"));
  assert.equal((await first).value?.type, "jobAdded");
  assert.equal((await second).value?.type, "taskAdded");
});

test("events() drops the oldest beyond its bound and counts them", async () => {
  const hub = new EventHub();
  const events = hub.events("job", { bufferMax: 2 });
  for (const id of ["a", "b", "c", "d"]) hub.publish(jobEvent("jobAdded", id));
  assert.equal(events.dropped, 2);
  hub.close();
  const seen = await Array.fromAsync(events, (event) => event.jobId);
  assert.deepEqual(seen, ["c", "d"]);
});

test("events() keeps so many events by default", () => {
  const hub = new EventHub();
  const events = hub.events();
  for (let i = 0; i < EVENT_BUFFER_MAX; i++) hub.publish(taskEvent("taskAdded"));
  assert.equal(events.dropped, 0);
  hub.publish(taskEvent("taskAdded"));
  assert.equal(events.dropped, 1);
  assert.throws(
    () => hub.events("job", { bufferMax: 0 }),
    (error) => isCarillonError(error, "invalidOption"),
  );
});

test("events() ends for waiting readers when the hub closes, by await using, and by its signal", async () => {
  const hub = new EventHub();
  const stop = new AbortController();
  const closed = hub.events().next();
  hub.close();
  assert.equal((await closed).done, true);
  const aborted = hub.events("job", { signal: stop.signal }).next();
  stop.abort();
  assert.equal((await aborted).done, true);
  assert.equal((await hub.events("job", { signal: AbortSignal.abort() }).next()).done, true);
  let disposed;
  {
    await using events = hub.events();
    disposed = events.next();
  }
  assert.equal((await disposed).done, true);
});

test("events() takes nothing in after break, and lets go of what it held", async () => {
  const hub = new EventHub();
  const events = hub.events("job");
  for (const id of ["a", "b"]) hub.publish(jobEvent("jobAdded", id));
  for await (const _ of events) break;
  hub.publish(jobEvent("jobAdded", "c"));
  assert.deepEqual(await events.next(), { done: true, value: undefined });
});
