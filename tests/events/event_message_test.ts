import assert from "node:assert/strict";
import { fc } from "../properties.ts";
import { MESSAGE_BYTES_MIN } from "../../src/brokers/event_broker.ts";
import type { CarillonEvent, JobFinishedEvent } from "../../src/events/event.ts";
import { eventTypes, groupOfEvent } from "../../src/events/event_groups.ts";
import { eventMessage, readEventMessage } from "../../src/events/event_message.ts";
import { test } from "../harness.ts";

const sender = { id: "1", name: "one" };
const stored = { atMs: 1, store: "main", taskName: "t" };
const ofSchedule = { ...stored, scheduleId: "s" };
const ofJob = { ...stored, jobId: "j", scheduleId: null, fireTimeMs: null, attempt: 1 };
const fires = { ...ofSchedule, count: 2, firstFireTimeMs: 1 };

const finished: JobFinishedEvent = {
  ...ofJob,
  type: "jobFinished",
  outcome: "error",
  durationMs: 5,
  latenessMs: null,
  error: {
    name: "TypeError",
    message: "wrong",
    code: "E",
    stack: "at …",
    cause: { name: "E", message: "m" },
  },
  local: { error: new TypeError("wrong") },
};

/** The events whose facts are not those of their group. */
const special: Readonly<Record<string, object>> = {
  firesMissed: fires,
  firesCoalesced: fires,
  firesSkipped: fires,
  firesLate: fires,
  scheduleFired: { ...ofSchedule, jobIds: ["a", "b"], nextFireTimeMs: null },
  scheduleFailed: { ...ofSchedule, nextFireTimeMs: null, error: "no such zone" },
  jobRetrying: { ...ofJob, runAtMs: 5, reason: "wrong" },
  jobFinished: { ...finished, error: null, local: undefined },
  jobProgress: { ...stored, jobId: "j", progress: { done: 1, total: 2, message: null, atMs: 1 } },
  jobLog: { ...stored, jobId: "j", level: "info", message: "line", fields: { user: 1 } },
};
const ofGroup = {
  task: stored,
  schedule: { ...ofSchedule, nextFireTimeMs: 7 },
  job: ofJob,
  scheduler: { atMs: 1, scheduler: "one" },
  store: { atMs: 1, scheduler: "one", subject: "main", error: "gone" },
};

for (const type of eventTypes) {
  test(`eventMessage() carries ${type}, and readEventMessage() says who told it`, () => {
    const { local: _, ...event } = { type, ...(special[type] ?? ofGroup[groupOfEvent[type]]) } as
      & CarillonEvent
      & { local?: unknown };
    const read = readEventMessage(eventMessage(event as CarillonEvent, sender));
    assert.deepEqual(read, { senderId: "1", event: { ...event, origin: "one" } });
  });
}

test("eventMessage() leaves values, stacks and causes behind", () => {
  const read = readEventMessage(eventMessage(finished, sender))?.event;
  assert.ok(read?.type === "jobFinished");
  assert.deepEqual(read.error, { name: "TypeError", message: "wrong", code: "E" });
  assert.equal(read.local, undefined);
});

test("eventMessage() fits every broker, for any user code", () => {
  const long = "漢".repeat(100_000);
  const ids = Array.from({ length: 1000 }, (_, n) => `0mwq8abcdefgh-${n}`);
  const events: CarillonEvent[] = [
    { ...finished, error: { name: long, message: long, code: long } },
    { ...ofJob, type: "jobRetrying", reason: long },
    { ...ofSchedule, type: "scheduleFailed", nextFireTimeMs: null, error: long },
    { ...ofSchedule, type: "scheduleFired", jobIds: ids, nextFireTimeMs: null },
    { ...stored, type: "jobLog", jobId: "j", level: "info", message: long, fields: { long } },
    { ...stored, type: "jobProgress", jobId: "j", progress: { done: 1, total: 1, message: long, atMs: 1 } },
    { type: "storeFailed", atMs: 1, scheduler: "one", error: long },
  ];
  for (const event of events) {
    const message = eventMessage(event, sender);
    const bytes = new TextEncoder().encode(message).length;
    assert.ok(bytes <= MESSAGE_BYTES_MIN, `${event.type}: ${bytes} bytes`);
    assert.equal(readEventMessage(message)?.event.type, event.type);
  }
});

test("eventMessage() takes log fields of any kind", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  for (const fields of [circle, { big: 1n, symbol: Symbol("s"), error: new Error("e"), none: undefined }]) {
    const event: CarillonEvent = {
      ...stored,
      type: "jobLog",
      jobId: "j",
      level: "info",
      message: "line",
      fields,
    };
    assert.equal(readEventMessage(eventMessage(event, sender))?.event.type, "jobLog");
  }
});

test("readEventMessage() takes no field that an event does not have, and none of a wrong type", () => {
  const of = (event: object) => JSON.stringify({ carillon: 1, from: "1", name: "one", event });
  const added = { type: "taskAdded", ...stored };
  assert.deepEqual(readEventMessage(of({ ...added, local: { value: 1 }, more: 1 }))?.event, {
    ...added,
    origin: "one",
  });
  const polluted = readEventMessage(of(added).replace('"atMs"', '"__proto__":{"polluted":1},"atMs"'));
  assert.equal((polluted?.event as { polluted?: number } | undefined)?.polluted, undefined);
  for (const wrong of [{ atMs: null }, { atMs: "1" }, { store: 1 }, { taskName: undefined }, { type: "x" }]) {
    assert.equal(readEventMessage(of({ ...added, ...wrong })), undefined, JSON.stringify(wrong));
  }
  for (const text of ["", "1", "null", "[]", "{}", of([]), '{"carillon":1,"from":"1","name":"one"}']) {
    assert.equal(readEventMessage(text), undefined, text);
  }
});

test("readEventMessage() takes anything that comes, and returns events with all that they must have", () => {
  const event = fc.record({
    type: fc.constantFrom(...eventTypes, "constructor", "__proto__"),
    atMs: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
    store: fc.oneof(fc.string(), fc.integer()),
    taskName: fc.string(),
    jobId: fc.string(),
    error: fc.anything(),
    progress: fc.anything(),
    fields: fc.anything(),
  }, { requiredKeys: [] });
  const message = fc.record({
    carillon: fc.constant(1),
    from: fc.string(),
    name: fc.string(),
    event: fc.oneof(event, fc.anything()),
  });
  const text = fc.oneof(message.map((one) => JSON.stringify(one, noBigInt)), fc.json(), fc.string());
  fc.assert(fc.property(text, (one) => {
    const read = readEventMessage(one);
    if (read === undefined) return;
    assert.ok(eventTypes.includes(read.event.type));
    assert.ok(Number.isFinite(read.event.atMs));
    assert.ok("scheduler" in read.event || typeof read.event.store === "string");
  }));
});

function noBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
