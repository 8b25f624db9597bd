/** A fact or a problem of a store. */
export interface StoreFinding {
  /** A `problem` needs attention; a `note` is a fact. */
  readonly level: "problem" | "note";
  /** The part of the store it concerns. */
  readonly topic: "clock" | "schedulers" | "schedules" | "jobs" | "file";
  /** The finding, in one sentence. */
  readonly message: string;
}

/** Returns a fact. */
export function note(topic: StoreFinding["topic"], message: string): StoreFinding {
  return { level: "note", topic, message };
}

/** Returns a problem. */
export function problem(topic: StoreFinding["topic"], message: string): StoreFinding {
  return { level: "problem", topic, message };
}
