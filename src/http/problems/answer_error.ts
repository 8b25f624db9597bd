import type { Context } from "hono";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../model/logger.ts";
import { problemResponse, shownError } from "./problem.ts";
import { statusOfCode } from "./status_of_code.ts";

/** Answers whatever was thrown as a problem; what is the server's own fault is logged, with its stack. */
export function answerError(c: Context, error: unknown, logger: Logger): Response {
  const shown = shownError(error);
  // A request that nobody waits for any more ends with an error of its own making.
  if (statusOfCode[shown.code] >= 500 && !c.req.raw.signal.aborted) {
    logger.error("a control request failed", {
      method: c.req.method,
      path: c.req.path,
      code: shown.code,
      error: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  }
  return problemResponse(c, shown);
}
