import { logLevels } from "../model/logger.ts";
import { jobOutcomes } from "../model/states.ts";
import type { EventType } from "./event.ts";
import { groupOfEvent } from "./event_groups.ts";

/** Whether a value is what a field may hold. */
export type FieldCheck = (value: unknown) => boolean;
/** The fields of an event, beside its type. */
export type EventFields = Readonly<Record<string, FieldCheck>>;

const text: FieldCheck = (value) => typeof value === "string";
const number: FieldCheck = Number.isFinite;
const texts: FieldCheck = (value) => Array.isArray(value) && value.every(text);

const stored = { atMs: number, store: text, taskName: text };
const task: EventFields = stored;
const schedule: EventFields = {
  ...stored,
  scheduleId: text,
  nextFireTimeMs: nullable(number),
  error: optional(text),
};
const fires: EventFields = { ...stored, scheduleId: text, count: number, firstFireTimeMs: number };
const ran: EventFields = {
  ...stored,
  jobId: text,
  scheduleId: nullable(text),
  fireTimeMs: nullable(number),
  attempt: number,
};
const job: EventFields = { ...ran, runAtMs: optional(number), reason: optional(text) };
const scheduler: EventFields = {
  atMs: number,
  scheduler: text,
  subject: optional(text),
  error: optional(text),
};

/** The events whose fields are not those of their group. */
const special: { readonly [Type in EventType]?: EventFields } = {
  scheduleFired: { ...stored, scheduleId: text, jobIds: texts, nextFireTimeMs: nullable(number) },
  firesMissed: fires,
  firesCoalesced: fires,
  firesSkipped: fires,
  firesLate: fires,
  jobFinished: {
    ...ran,
    outcome: oneOf(...jobOutcomes),
    durationMs: nullable(number),
    latenessMs: nullable(number),
    error: nullable(record({ name: text, message: text, code: optional(text) })),
  },
  jobProgress: {
    ...stored,
    jobId: text,
    progress: record({ done: number, total: number, message: nullable(text), atMs: number }),
  },
  jobLog: {
    ...stored,
    jobId: text,
    level: oneOf(...logLevels),
    message: text,
    fields: record({}),
  },
};

const ofGroup = { task, schedule, job, scheduler, store: scheduler } as const;

function optional(check: FieldCheck): FieldCheck {
  return (value) => value === undefined || check(value);
}

function nullable(check: FieldCheck): FieldCheck {
  return (value) => value === null || check(value);
}

function oneOf(...values: readonly string[]): FieldCheck {
  return (value) => values.includes(value as string);
}

function record(fields: EventFields): FieldCheck {
  return (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && hasFields(value, fields);
}

/** The fields of an event by its name; undefined for a name that no event has. */
export function fieldsOfEvent(type: unknown): EventFields | undefined {
  if (typeof type !== "string" || !Object.hasOwn(groupOfEvent, type)) return undefined;
  return special[type as EventType] ?? ofGroup[groupOfEvent[type as EventType]];
}

/** Whether an object has these fields. */
export function hasFields(value: object, fields: EventFields): boolean {
  const held = value as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, check]) => check(held[name]));
}
