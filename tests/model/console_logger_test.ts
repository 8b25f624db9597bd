import assert from "node:assert/strict";
import { consoleLogger } from "../../src/model/console_logger.ts";
import type { Logger } from "../../src/model/logger.ts";
import { task } from "../../src/registry/task.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { SchedulerOptions } from "../../src/scheduler/scheduler_options.ts";
import { test } from "../harness.ts";
import { refusal } from "../scheduler/fixtures.ts";

/** The lines that are written on the standard error meanwhile, without their time. */
async function linesOf(body: () => unknown): Promise<string[]> {
  const lines: string[] = [];
  const target = console;
  const { error } = target;
  target.error = (line: string) => void lines.push(line.replace(/^\S+Z /, ""));
  try {
    await body();
  } finally {
    target.error = error;
  }
  return lines;
}

function write(logger: Logger): void {
  for (const level of ["debug", "info", "warn", "error"] as const) logger[level](level);
}

const cases = { debug: 4, info: 3, warn: 2, error: 1 } as const;

for (const [level, lines] of Object.entries(cases) as [keyof typeof cases, number][]) {
  test(`consoleLogger({ level: "${level}" }) writes that level and above`, async () => {
    const logger = consoleLogger({ level });
    assert.equal((await linesOf(() => write(logger))).length, lines);
    assert.equal(logger.isLevelEnabled!("debug"), level === "debug");
  });
}

test("consoleLogger() writes one line, whatever the message and the fields are", async () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const fields = { job: "a-1", text: "two words\n", none: undefined, big: 1n, circular, "\u001b": 1 };
  assert.deepEqual(await linesOf(() => consoleLogger().warn("forged\n\u001b[2J", fields)), [
    'warn carillon: forged\\n\\u001b[2J job=a-1 text="two words\\n" big=(cannot be shown) ' +
    "circular=(cannot be shown) \\u001b=1",
  ]);
  assert.throws(() => consoleLogger({ level: "loud" as "warn" }), refusal("invalidOption"));
});

test("a scheduler writes one line for a task that throws, none without a logger", async () => {
  const fails = task({
    name: "fails",
    run() {
      throw new Error("the bank is closed");
    },
  });
  const quiet = task({ name: "quiet", run: () => "done" });
  const run = (options: SchedulerOptions) =>
    linesOf(async () => {
      const scheduler = new Scheduler({ tasks: [fails, quiet], ...options });
      await scheduler.runJob(quiet);
      await assert.rejects(scheduler.runJob(fails, undefined, { id: "one" }), refusal("jobFailed"));
      await scheduler.stop();
    });
  const lines = await run({});
  assert.equal(lines.length, 1);
  assert.match(
    lines[0]!,
    /^warn carillon: job ended: error job=one task=fails .*error="the bank is closed"$/,
  );
  assert.deepEqual(await run({ logger: false }), []);
});
