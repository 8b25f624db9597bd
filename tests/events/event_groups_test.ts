import assert from "node:assert/strict";
import type { CarillonEvent, EventOf, EventType, SchedulerEvent, TaskEvent } from "../../src/events/event.ts";
import { eventGroups } from "../../src/events/event.ts";
import { eventTypes, groupOfEvent, type SelectedEvent } from "../../src/events/event_groups.ts";
import { test } from "../harness.ts";
import { assertType, type Same } from "../registry/type_assertions.ts";

test("groupOfEvent has exactly the events of the port, and every group has events", () => {
  assertType<Same<keyof typeof groupOfEvent, EventType>>();
  assert.equal(eventTypes.length, 45);
  assert.deepEqual([...new Set(Object.values(groupOfEvent))].sort(), [...eventGroups].sort());
});

test("groupOfEvent puts events about stores apart from those about schedulers", () => {
  assert.equal(groupOfEvent.storeFailed, "store");
  assert.equal(groupOfEvent.leaseLost, "scheduler");
  assert.equal(groupOfEvent.firesMissed, "schedule");
});

test("EventOf and SelectedEvent give the event's own type", () => {
  assertType<Same<EventOf<"taskAdded">["type"], "taskAdded">>();
  assertType<Same<EventOf<"taskAdded">["taskName"], string>>();
  assertType<Same<EventOf<"taskAdded" | "jobAdded">["type"], "taskAdded" | "jobAdded">>();
  assertType<Same<SelectedEvent<"task">["type"], TaskEvent["type"]>>();
  assertType<Same<SelectedEvent<"store" | "scheduler">["type"], SchedulerEvent["type"]>>();
  assertType<Same<SelectedEvent<"job" | "jobAdded">["type"], SelectedEvent<"job">["type"]>>();
  const widened: CarillonEvent = {} as EventOf<"jobFinished">;
  assert.ok(widened);
});
