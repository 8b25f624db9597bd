import { logLevels } from "../model/logger.ts";
import { jobOutcomes } from "../model/states.ts";
import type { CarillonEvent, EventGroup, EventOf, EventType } from "./event.ts";
import { groupOfEvent, type TypesOfGroup } from "./event_groups.ts";

/** Returns true if a value is one that a field may hold. */
export type FieldCheck = (value: unknown) => boolean;

/** The fields of an event, beside its type. */
export type EventFields = Readonly<Record<string, FieldCheck>>;

/** The fields that an event must have here: all but its type, its origin, and what never leaves the process. */
type FieldsOf<Event> = Readonly<Record<Exclude<KeysOf<Event>, "type" | "origin" | "local">, FieldCheck>>;
type KeysOf<Event> = Event extends CarillonEvent ? keyof Event : never;

const string: FieldCheck = (value) => typeof value === "string";
const number: FieldCheck = Number.isFinite;
const strings: FieldCheck = (value) => Array.isArray(value) && value.every(string);

const stored = { atMs: number, store: string, taskName: string };
const fires = { ...stored, scheduleId: string, count: number, firstFireTimeMs: number };
const ran = {
  ...stored,
  jobId: string,
  scheduleId: nullable(string),
  fireTimeMs: nullable(number),
  attempt: number,
};
const scheduler = {
  atMs: number,
  scheduler: string,
  subject: optional(string),
  error: optional(string),
};

/** The events whose fields are not those of their group. */
const special = {
  scheduleFired: { ...stored, scheduleId: string, jobIds: strings, nextFireTimeMs: nullable(number) },
  firesMissed: fires,
  firesCoalesced: fires,
  firesSkipped: fires,
  firesLate: fires,
  jobFinished: {
    ...ran,
    outcome: oneOf(...jobOutcomes),
    durationMs: nullable(number),
    latenessMs: nullable(number),
    error: nullable(record({ name: string, message: string, code: optional(string) })),
  },
  jobProgress: {
    ...stored,
    jobId: string,
    progress: record({ done: number, total: number, message: nullable(string), atMs: number }),
  },
  jobLog: {
    ...stored,
    jobId: string,
    level: oneOf(...logLevels),
    message: string,
    fields: record({}),
  },
} satisfies { readonly [Type in EventType]?: FieldsOf<EventOf<Type>> };

/** The fields of all other events of a group. */
const ofGroup = {
  task: stored,
  schedule: {
    ...stored,
    scheduleId: string,
    nextFireTimeMs: nullable(number),
    error: optional(string),
  },
  job: { ...ran, runAtMs: optional(number), reason: optional(string) },
  scheduler,
  store: scheduler,
} satisfies {
  readonly [Group in EventGroup]: FieldsOf<EventOf<Exclude<TypesOfGroup<Group>, keyof typeof special>>>;
};

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
  const fields: { readonly [Type in EventType]?: EventFields } = special;
  return fields[type as EventType] ?? ofGroup[groupOfEvent[type as EventType]];
}

/** Returns true if an object has these fields. */
export function hasFields(value: object, fields: EventFields): boolean {
  const held = value as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, check]) => check(held[name]));
}
