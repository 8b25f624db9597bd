import type { CarillonEvent } from "./event.ts";
import { fieldsOfEvent, hasFields } from "./event_fields.ts";
import { toldEvent } from "./told_event.ts";

/** The form of messages; one that later code changes gets another number. */
const FORM = 1;

/** Who published a message. */
export interface MessageSender {
  /** Of this one alone. */
  readonly id: string;
  /** The scheduler's name, for people. */
  readonly name: string;
}

/** What a message says. */
export interface ReadMessage {
  /** Who published it. */
  readonly senderId: string;
  readonly event: CarillonEvent;
}

/** An event as the text that brokers carry. */
export function eventMessage(event: CarillonEvent, { id, name }: MessageSender): string {
  return JSON.stringify({ carillon: FORM, from: id, name, event: toldEvent(event) });
}

/**
 * What a text of a broker says; undefined when it is none of ours, or of a form or an event that this version does not
 * know. Nothing in it is believed: an event is made of the fields that it must have, each of its type.
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
