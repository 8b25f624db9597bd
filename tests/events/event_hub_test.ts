import assert from "node:assert/strict";
import type { CarillonEvent, JobFinishedEvent } from "../../src/events/event.ts";
import { EventHub } from "../../src/events/event_hub.ts";
import { isCarillonError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { jobEvent, schedulerEvent, taskEvent } from "./sample_events.ts";

test("publish() calls listeners in the order of subscribing, with events in the order of publishing", () => {
  const hub = new EventHub();
  const seen: string[] = [];
  hub.subscribe((event) => seen.push(`a ${event.type}`));
  hub.subscribe((event) => seen.push(`b ${event.type}`));
  hub.publish(taskEvent("taskAdded"));
  hub.publish(jobEvent("jobAdded"));
  assert.deepEqual(seen, ["a taskAdded", "b taskAdded", "a jobAdded", "b jobAdded"]);
});

test("publish() keeps the order when a listener publishes", () => {
  const hub = new EventHub();
  const seen: string[] = [];
  hub.subscribe((event) => {
    if (event.type === "taskAdded") hub.publish(taskEvent("taskUpdated"));
  });
  hub.subscribe((event) => seen.push(event.type));
  hub.publish(taskEvent("taskAdded"));
  assert.deepEqual(seen, ["taskAdded", "taskUpdated"]);
});

test("subscribe() selects by names and groups, and knows the event's type", () => {
  const hub = new EventHub();
  const jobs: string[] = [];
  const picked: string[] = [];
  hub.subscribe((event) => jobs.push(event.jobId), { types: "job" });
  hub.subscribe((event) => picked.push(event.type), { types: ["taskAdded", "scheduler"] });
  hub.subscribe((event: JobFinishedEvent) => event.outcome, { types: "jobFinished" });
  for (const event of [jobEvent("jobAdded"), taskEvent("taskAdded"), taskEvent("taskPaused")]) {
    hub.publish(event);
  }
  hub.publish(schedulerEvent("schedulerStarted"));
  hub.publish(schedulerEvent("storeAdded"));
  assert.deepEqual(jobs, ["job-1"]);
  assert.deepEqual(picked, ["taskAdded", "schedulerStarted"]);
});

test("subscribe() refuses a name that no event has, with the nearest one", () => {
  const hub = new EventHub();
  assert.throws(
    () => hub.subscribe(() => {}, { types: "jobFinishd" as "jobFinished" }),
    (error) =>
      isCarillonError(error, "invalidOption") && error.message.includes("did you mean 'jobFinished'?"),
  );
});

test("subscribe() with once ends at the first event that was asked for", () => {
  const hub = new EventHub();
  const seen: string[] = [];
  hub.subscribe((event) => seen.push(event.type), { types: "taskPaused", once: true });
  for (const type of ["taskAdded", "taskPaused", "taskPaused"] as const) hub.publish(taskEvent(type));
  assert.deepEqual(seen, ["taskPaused"]);
});

test("a subscription ends by unsubscribe(), by using, and by its signal", () => {
  const hub = new EventHub();
  const stop = new AbortController();
  const seen: string[] = [];
  const subscription = hub.subscribe(() => seen.push("unsubscribe"));
  hub.subscribe(() => seen.push("signal"), { signal: stop.signal });
  hub.subscribe(() => seen.push("aborted before"), { signal: AbortSignal.abort() });
  {
    using _ = hub.subscribe(() => seen.push("using"));
    hub.publish(taskEvent("taskAdded"));
  }
  subscription.unsubscribe();
  stop.abort();
  hub.publish(taskEvent("taskAdded"));
  assert.deepEqual(seen, ["unsubscribe", "signal", "using"]);
});

test("a listener whose subscription another one ends is not called any more for the same event", () => {
  const hub = new EventHub();
  const seen: string[] = [];
  hub.subscribe(() => last.unsubscribe());
  const last = hub.subscribe(() => seen.push("called"));
  hub.publish(taskEvent("taskAdded"));
  assert.deepEqual(seen, []);
});

test("publish() reports what listeners throw and reject with, and continues", async () => {
  const reports: [unknown, CarillonEvent][] = [];
  const hub = new EventHub((error, event) => reports.push([error, event]));
  const seen: string[] = [];
  hub.subscribe(() => {
    throw new Error("thrown");
  });
  hub.subscribe(async () => {
    await Promise.resolve();
    throw new Error("rejected");
  });
  hub.subscribe((event) => seen.push(event.type));
  const event = taskEvent("taskAdded");
  hub.publish(event);
  await hub.settled();
  assert.deepEqual(seen, ["taskAdded"]);
  assert.deepEqual(reports.map(([error, about]) => [(error as Error).message, about]), [
    ["thrown", event],
    ["rejected", event],
  ]);
});

test("publish() survives a report that throws", () => {
  const hub = new EventHub(() => {
    throw new Error("from the report");
  });
  const seen: string[] = [];
  hub.subscribe(() => {
    throw new Error("thrown");
  });
  hub.subscribe((event) => seen.push(event.type));
  hub.publish(taskEvent("taskAdded"));
  hub.publish(taskEvent("taskPaused"));
  assert.deepEqual(seen, ["taskAdded", "taskPaused"]);
});

test("settled() waits for what asynchronous listeners are doing", async () => {
  const hub = new EventHub();
  const release = Promise.withResolvers<void>();
  let done = false;
  hub.subscribe(async () => {
    await release.promise;
    done = true;
  });
  hub.publish(taskEvent("taskAdded"));
  const settled = hub.settled();
  release.resolve();
  await settled;
  assert.equal(done, true);
});

test("subscribe() refuses a listener that is no function", () => {
  const listener = 5 as unknown as () => void;
  assert.throws(() => new EventHub().subscribe(listener), (error) => isCarillonError(error, "invalidOption"));
});
