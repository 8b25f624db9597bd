import type { CarillonEvent } from "./event.ts";

/** How much of a text, and of the JSON of the fields of a log line, leaves the process. */
const TEXT_MAX = 500;
/** How many ids of jobs leave the process with one event. */
const IDS_MAX = 50;

/**
 * What of an event other processes are told: what fits any broker. Values, stacks, causes and the rest of long texts are
 * left to the store.
 */
export function toldEvent(event: CarillonEvent): object {
  switch (event.type) {
    case "jobFinished": {
      const { local: _, error, ...facts } = event;
      return { ...facts, error: error && toldError(error) };
    }
    case "jobLog":
      return { ...event, message: clip(event.message), fields: toldFields(event.fields) };
    case "jobProgress": {
      const { progress } = event;
      return { ...event, progress: { ...progress, message: progress.message && clip(progress.message) } };
    }
    case "scheduleFired":
      return { ...event, jobIds: event.jobIds.slice(0, IDS_MAX) };
    default: {
      const { error, reason } = event as { readonly error?: string; readonly reason?: string };
      return {
        ...event,
        ...(error === undefined ? {} : { error: clip(error) }),
        ...(reason === undefined ? {} : { reason: clip(reason) }),
      };
    }
  }
}

function toldError({ name, message, code }: { name: string; message: string; code?: string }): object {
  return { name: clip(name), message: clip(message), ...(code === undefined ? {} : { code: clip(code) }) };
}

/** Fields are what user code gave: anything at all. */
function toldFields(fields: Readonly<Record<string, unknown>>): unknown {
  try {
    const text = JSON.stringify(fields, plain);
    return text.length <= TEXT_MAX ? JSON.parse(text) : { clipped: clip(text) };
  } catch {
    return { unreadable: "the fields are no plain values" };
  }
}

/** What JSON has no form for, as a text. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === "bigint" || typeof value === "symbol" ? String(value) : value;
}

function clip(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
}
