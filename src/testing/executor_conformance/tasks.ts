/** The tasks that the conformance suite of executors runs; an executor imports them again in a thread or process. */
import { z } from "zod";
import { currentJob } from "../../context/current_job.ts";
import { task } from "../../registry/task.ts";

/** A value that no serializer stores. */
class Handle {
  readonly number = 1;
}

/** Returns its input. */
export const echo = task({ name: "echo", maxRunningJobs: null, input: z.unknown(), run: (input) => input });

/** Transforms the input and the result by schemas; neither schema accepts its own output. */
export const schemas = task({
  name: "schemas",
  input: z.string().transform((text) => new Handle().number + text.length),
  output: z.number().transform((number) => `${number}!`),
  run: (number) => number,
});

/** Throws an error with a code and two causes. */
export const fails = task({
  name: "fails",
  run() {
    const cause = new RangeError("out of range", { cause: new Error("the root") });
    throw Object.assign(new TypeError("no such user", { cause }), { code: "E_USER" });
  },
});

/** Throws a value that is not an error. */
export const throwsText = task({
  name: "throwsText",
  run() {
    throw "just a string";
  },
});

/** Returns what it knows about its job, before and after a pause. */
export const whoAmI = task({
  name: "whoAmI",
  maxRunningJobs: null,
  async run(_input, { job }) {
    const before = currentJob().id;
    await Promise.resolve();
    const { id, taskName, attempt, metadata, scheduledFireTime, runAt } = currentJob();
    const facts = {
      taskName,
      attempt,
      metadata,
      fire: scheduledFireTime?.toString(),
      runAt: runAt.toString(),
    };
    return { ids: [job.id, before, id], ...facts };
  },
});

/** Logs and reports progress in every way. */
export const reports = task({
  name: "reports",
  run(_input, { log, progress }) {
    log.debug("one");
    log.info("two", { at: new Date(0), list: [1, "a"] });
    log.warn("three", { error: new TypeError("odd") });
    currentJob().log.error("four", { nothing: undefined });
    progress(0.25, "a quarter");
    currentJob().progress({ done: 4, total: 4 }, "all");
  },
});

/** Waits for its abort, and fails with the reason. */
export const waits = task({
  name: "waits",
  maxRunningJobs: null,
  timeout: { milliseconds: 50 },
  run: (_input, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
});

/** Never ends and ignores its signal. */
export const deaf = task({
  name: "deaf",
  timeout: { milliseconds: 50 },
  run: () => new Promise(() => {}),
});

/** Returns a value that cannot be stored. */
export const unstorable = task({ name: "unstorable", run: () => ({ handle: new Handle() }) });

/** Returns half of each input, in one call. */
export const halves = task({
  name: "halves",
  batch: { size: 3, within: { seconds: 5 } },
  input: z.number(),
  run: (numbers, { jobs }) =>
    jobs.map(({ input, log }) => {
      log.info(`half of ${input}`);
      return input < 0 ? new RangeError("too low") : `${input / 2} of ${numbers.length}`;
    }),
});
