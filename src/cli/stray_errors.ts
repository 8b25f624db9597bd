import process from "node:process";
import { messageOf } from "../errors.ts";
import type { Logger } from "../model/logger.ts";

const events = ["unhandledRejection", "uncaughtException"] as const;

/**
 * Reports errors that nobody caught, such as a promise that a task forgot to await, and keeps them from ending the
 * process with everything else that runs in it. Answers how to stop that.
 */
export function reportStrayErrors(logger: Logger): () => void {
  const listener = (error: unknown) =>
    logger.error("an error that nobody caught; a task may have forgotten to await a promise", {
      error: messageOf(error),
      ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
    });
  for (const event of events) process.on(event, listener);
  return () => events.forEach((event) => process.off(event, listener));
}
