/**
 * What a scheduler's process and a thread or child process say to each other. Everything is JSON text: it is the
 * one form that threads and pipes carry alike on every runtime.
 */
import type { JobFacts, StoredError } from "../../model/job_record.ts";
import type { LogLevel } from "../../model/logger.ts";
import type { Payload } from "../../model/payload.ts";

/** What the scheduler's process says. */
export type ToHost =
  /** Import these modules; the first message, once. */
  | { readonly type: "load"; readonly modules: readonly string[] }
  | {
    readonly type: "run";
    readonly job: JobFacts;
    readonly input: Payload | null;
    readonly serializer: string;
  }
  /** The run of now is to stop. */
  | { readonly type: "abort"; readonly reason: StoredError }
  /** Is its event loop alive? */
  | { readonly type: "ping" };

/** What a thread or child process says. There is one run at a time, so that none needs a number. */
export type FromHost =
  /** Its modules are imported, or cannot be, which the first run tells. */
  | { readonly type: "ready" }
  | { readonly type: "pong" }
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
  | { readonly type: "returned"; readonly value: Payload | null; readonly memoryBytes: number }
  | {
    readonly type: "threw";
    readonly error: StoredError;
    readonly memoryBytes: number;
    /** It can run nothing: its modules cannot be imported. */
    readonly isUnusable: boolean;
  }
  /** An error that nobody caught; the end comes next. */
  | { readonly type: "crashed"; readonly error: StoredError };

/** A message as text. */
export function messageText(message: ToHost | FromHost): string {
  return JSON.stringify(message);
}

/** A message again. Both sides are this very code, so that it is not checked. */
export function messageOfText<Message extends ToHost | FromHost>(text: string): Message {
  return JSON.parse(text) as Message;
}
