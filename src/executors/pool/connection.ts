import type { JobFacts, StoredError } from "../../model/job_record.ts";
import type { LogLevel } from "../../model/logger.ts";
import type { Payload } from "../../model/payload.ts";

/** A thread or child process as its owner sees it: a way to talk to it, and to end it. */
export interface Connection {
  /** What it is, for people: `worker thread 3`. */
  readonly name: string;
  send(text: string): void;
  /** Whether it keeps this process alive. */
  hold(isHeld: boolean): void;
  /** Ends it while it does nothing. */
  end(): void;
  /** Ends it by force, whatever it does. */
  kill(): void;
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  /** Something came; it may be a message of the task's own code. */
  onText(text: unknown): void;
  /** It is over, told once; `how` is for people: `with code 3`. */
  onEnd(how: string, error?: unknown): void;
}

/** Starts a thread or child process. */
export type OpenConnection = (events: ConnectionEvents) => Connection;

/** One job of a run. */
export interface JobMessage {
  readonly job: JobFacts;
  readonly input: Payload | null;
}

/** What the scheduler's process says. */
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

/** What a thread or child process says about one job of a run. */
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

/** What becomes of a thread or child process is decided when the last job of its run has ended. */
export interface HostState {
  readonly memoryBytes: number;
  /** It can run nothing: its modules cannot be imported. */
  readonly isUnusable: boolean;
}

/** What a thread or child process says. */
export type FromHost =
  | JobReport
  /** Its modules are imported, or cannot be, which the first run tells. */
  | { readonly type: "ready" }
  /** It has the run: from here on the function may have been called. */
  | { readonly type: "began"; readonly run: number }
  | { readonly type: "pong" }
  /** An error that nobody caught; the end comes next. */
  | { readonly type: "crashed"; readonly error: StoredError };

/** What every message begins with: a task's code may use the same channel for messages of its own. */
const MARK = "carillon:";

/** A message as text. */
export function encodeMessage(message: ToHost | FromHost): string {
  return MARK + JSON.stringify(message);
}

/** A message again, or undefined for what is none. Both sides are this very code, so that it is not checked further. */
export function decodeMessage<Message extends ToHost | FromHost>(text: unknown): Message | undefined {
  if (typeof text !== "string" || !text.startsWith(MARK)) return undefined;
  return JSON.parse(text.slice(MARK.length)) as Message;
}
