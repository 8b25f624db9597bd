import { clip, fieldsJson, textOf } from "../untrusted.ts";
import type { CarillonEvent } from "./event.ts";
import { fieldsOfEvent, hasFields } from "./event_fields.ts";

/** The form of messages; one that later code changes gets another number. */
const FORM = 1;

/** The publisher of a message. */
export interface MessageSender {
  /** Of this one alone. */
  readonly id: string;
  /** The scheduler's name, for people. */
  readonly name: string;
}

/** The content of a message. */
export interface ReadMessage {
  /** The id of its publisher. */
  readonly senderId: string;
  readonly event: CarillonEvent;
}

/** Encodes an event as the string that brokers carry. */
export function eventMessage(event: CarillonEvent, { id, name }: MessageSender): string {
  return JSON.stringify({ carillon: FORM, from: id, name, event: publishedEvent(event) });
}

/**
 * Reads a message of a broker; undefined when it is none of ours, or of a form or an event that this version does not
 * know. Nothing in it is trusted: an event is made of the fields that it must have, each of its type.
 */
export function readEventMessage(message: string): ReadMessage | undefined {
  const { carillon, from, name, event } = objectOf(message);
  if (carillon !== FORM || typeof from !== "string" || typeof name !== "string") return undefined;
  if (typeof event !== "object" || event === null) return undefined;
  const given = event as Readonly<Record<string, unknown>>;
  const fields = fieldsOfEvent(given["type"]);
  if (fields === undefined || !hasFields(given, fields)) return undefined;
  const names = Object.keys(fields).filter((field) => given[field] !== undefined);
  const facts = Object.fromEntries(names.map((field) => [field, given[field]]));
  return {
    senderId: from,
    event: { type: given["type"], ...facts, origin: name } as unknown as CarillonEvent,
  };
}

function objectOf(message: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : {};
  } catch {
    return {};
  }
}

/** The largest length of a string, and of the JSON of a log line's fields, that leaves the process. */
const TEXT_MAX = 500;
/** The largest number of job ids that leave the process with one event. */
const IDS_MAX = 50;

/**
 * Returns the part of an event that is published to other processes, which fits any broker. Values, stacks, causes
 * and the rest of long strings are left to the store.
 */
export function publishedEvent(event: CarillonEvent): object {
  switch (event.type) {
    case "jobFinished": {
      const { local: _, error, ...facts } = event;
      return { ...facts, error: error && publishedError(error) };
    }
    case "jobLog":
      return {
        ...event,
        message: textOf(event.message, TEXT_MAX),
        fields: JSON.parse(fieldsJson(event.fields, TEXT_MAX)),
      };
    case "jobProgress": {
      const { progress } = event;
      return {
        ...event,
        progress: { ...progress, message: progress.message && clip(progress.message, TEXT_MAX) },
      };
    }
    case "scheduleFired":
      return { ...event, jobIds: event.jobIds.slice(0, IDS_MAX) };
    default: {
      const { error, reason } = event as { readonly error?: string; readonly reason?: string };
      return {
        ...event,
        ...(error === undefined ? {} : { error: clip(error, TEXT_MAX) }),
        ...(reason === undefined ? {} : { reason: clip(reason, TEXT_MAX) }),
      };
    }
  }
}

function publishedError({ name, message, code }: { name: string; message: string; code?: string }): object {
  return {
    name: clip(name, TEXT_MAX),
    message: clip(message, TEXT_MAX),
    ...(code === undefined ? {} : { code: clip(code, TEXT_MAX) }),
  };
}
