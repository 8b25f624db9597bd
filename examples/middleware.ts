/**
 * Middleware around every run: one that logs all tasks, and one that gives a task its connection.
 *
 *     deno run -A examples/middleware.ts
 */
// deno-lint-ignore-file no-console
import { AsyncLocalStorage } from "node:async_hooks";
import { type Middleware, Scheduler, task } from "carillon";
import { z } from "zod";

const logged: Middleware = async ({ taskName, attempt }, next) => {
  let how = "failed";
  try {
    await next();
    how = "succeeded";
  } finally {
    console.log(`${taskName}, attempt ${attempt}: ${how}`);
  }
};

/** The connection that functions get with `connection.getStore()`, however deep. */
const connection = new AsyncLocalStorage<{ readonly name: string }>();

const connected: Middleware = async ({ id }, next) => {
  const opened = { name: `connection of ${id}` };
  await connection.run(opened, next);
  console.log(`closed the ${opened.name}`);
};

let isDown = true;
const store = task({
  name: "store",
  input: z.string(),
  retry: { maxAttempts: 2, base: { milliseconds: 10 } },
  use: [connected],
  run(text) {
    if (isDown) {
      isDown = false;
      throw new Error("the database is down");
    }
    return `${text} by the ${connection.getStore()?.name}`;
  },
});

await using scheduler = new Scheduler({ tasks: [store], use: [logged] });
console.log(await scheduler.runJob(store, "stored", { id: "job 1" }));
