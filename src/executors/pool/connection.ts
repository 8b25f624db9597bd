import type { JobFacts, StoredError } from "../../model/job_record.ts";
import type { LogLevel } from "../../model/logger.ts";
import type { Payload } from "../../model/payload.ts";

/** A channel to a thread or child process: it sends messages, and ends it. */
export interface Connection {
  /** Its name for people: `worker thread 3`. */
  readonly name: string;
  send(text: string): void;
  /** Sets whether it keeps this process alive. */
  hold(isHeld: boolean): void;
  /** Ends it while it does nothing. */
  end(): void;
  /** Ends it by force, whatever it does. */
  kill(): void;
}

/** The events that a connection reports to its owner. */
export interface ConnectionEvents {
  /** Something came; it may be a message of the task's own code. */
  onText(text: unknown): void;
  /** It has ended; called once. `how` is for people: `with code 3`. */
  onEnd(how: string, error?: unknown): void;
}

/** Starts a thread or child process. */
export type OpenConnection = (events: ConnectionEvents) => Connection;

/** One job of a run. */
export interface JobMessage {
  readonly job: JobFacts;
  readonly input: Payload | null;
}

/** A message of the scheduler's process. */
export type ToHost =
  /** Import these modules; the first message, once. */
  | { readonly type: "load"; readonly modules: readonly string[] }
  /** Call the function of these jobs' task: one job, or a batch. */
  | {
    readonly type: "run";
    readonly run: number;
    readonly jobs: readonly JobMessage[];
    readonly isBatch: boolean;
    readonly serializer: string;
  }
  /** A job of the run is to stop; `index` is its place in `jobs`. */
  | {
    readonly type: "abort";
    readonly run: number;
    readonly index: number;
    readonly reason: StoredError;
  }
  /** Is its event loop alive? */
  | { readonly type: "ping" };

/** A report of a thread or child process about one job of a run. */
export type JobReport =
  & { readonly run: number; readonly index: number }
  & (
    | {
      readonly type: "log";
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, Payload | null>>;
    }
    | {
      readonly type: "progress";
      readonly done: number;
      readonly total: number;
      readonly message: string | null;
    }
    | ({ readonly type: "returned"; readonly value: Payload | null } & HostState)
    | ({ readonly type: "threw"; readonly error: StoredError } & HostState)
  );

/** The state of a thread or child process, by which its owner decides what to do with it after a run. */
export interface HostState {
  readonly memoryBytes: number;
  /** It can run nothing: its modules cannot be imported. */
  readonly isUnusable: boolean;
}

/** A message of a thread or child process. */
export type FromHost =
  | JobReport
  /** Its modules are imported, or cannot be, which the first run reports. */
  | { readonly type: "ready" }
  /** It has the run: from here on the function may have been called. */
  | { readonly type: "began"; readonly run: number }
  | { readonly type: "pong" }
  /** An uncaught error; the end comes next. */
  | { readonly type: "crashed"; readonly error: StoredError };

/** The start of every message: a task's code may use the same channel for messages of its own. */
const MARK = "carillon:";

/** Encodes a message as a string. */
export function encodeMessage(message: ToHost | FromHost): string {
  return MARK + JSON.stringify(message);
}

/**
 * Decodes a message; undefined for anything else. Both sides are this very code, so that it is not checked further.
 */
export function decodeMessage<Message extends ToHost | FromHost>(text: unknown): Message | undefined {
  if (typeof text !== "string" || !text.startsWith(MARK)) return undefined;
  try {
    return (JSON.parse(text.slice(MARK.length)) as Message | null) ?? undefined;
  } catch {
    return undefined;
  }
}
