import assert from "node:assert/strict";
import { terminalLogger } from "../../../src/cli/render/terminal_logger.ts";
import { painter } from "../../../src/cli/render/colors.ts";
import { errorLines } from "../../../src/cli/render/error_text.ts";
import { eventLine } from "../../../src/cli/render/event_line.ts";
import { toJson, toJsonLine } from "../../../src/cli/render/json_text.ts";
import { line, printable, printableOutput } from "../../../src/model/printable.ts";
import { facts, table } from "../../../src/cli/render/table.ts";
import type { Terminal } from "../../../src/cli/terminal.ts";
import type { CarillonEvent } from "../../../src/events/event.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";

/** What clears a screen, forges a line, and reorders what is read. */
const HOSTILE = "a\u001b[2J\u009b2J\r\n23:59:59  success  payment.run\u202egnp.exe\u2066\u0007";
const ESCAPED = "a\\u001b[2J\\u009b2J\\r\\n23:59:59  success  payment.run\\u202egnp.exe\\u2066\\u0007";

test("printable() writes out what a terminal would act on, and leaves every other script as it is", () => {
  assert.equal(printable(HOSTILE), ESCAPED);
  const harmless = "C:\\new Käse 日本 مرحبا 👩‍👩‍👧 e\u0301 'x'";
  assert.equal(printable(harmless), harmless);
  assert.equal(printable("\ud800 \udc00 😀 \u2028\ufeff\u200b"), "\\ud800 \\udc00 😀 \\u2028\\ufeff\\u200b");
});

test("line`` makes what is put into it printable, and nothing else", () => {
  assert.equal(line`\n${HOSTILE} ${5} ${undefined}`, `\n${ESCAPED} 5 undefined`);
});

test("printableOutput() lets through the ends of lines and the colours of the command line alone", () => {
  const own = `${painter(true)("red", "red")} ${painter(true)("b", "bold")}\n\r\u001b[K`;
  assert.equal(printableOutput(own), own);
  assert.equal(
    printableOutput("a\u001b[8mhidden\u001b]0;title\u0007\r\n"),
    "a\\u001b[8mhidden\\u001b]0;title\\u0007\\r\n",
  );
});

test("toJson() and toJsonLine() give the same value in characters that do nothing", () => {
  const value = { [HOSTILE]: [HOSTILE] };
  for (const json of [toJson(value), toJsonLine(value)]) {
    assert.deepEqual(JSON.parse(json), value);
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066]/.test(json), json);
  }
});

test("tables, facts, events, log lines and errors show strings from outside escaped, each in its line", () => {
  assert.equal(table({ columns: [{ title: "ID" }], rows: [[HOSTILE]], width: 999 }), `ID\n${ESCAPED}`);
  assert.equal(
    facts({ id: HOSTILE, lines: ["x", HOSTILE] }, painter(false)),
    `id     ${ESCAPED}\nlines  x\n       ${ESCAPED}`,
  );
  const job = { atMs: 0, store: "main", jobId: "j", taskName: HOSTILE, scheduleId: HOSTILE, attempt: 1 };
  const event = { ...job, type: "jobLog", level: "info", message: HOSTILE, fields: { [HOSTILE]: HOSTILE } };
  const options = { paint: painter(false), timeZone: "UTC", verbose: true };
  const shown = eventLine(event as unknown as CarillonEvent, options)!;
  assert.equal(shown.split("\n").length, 1);
  assert.ok(shown.includes(` ${ESCAPED} `) && !shown.includes("\u001b") && !shown.includes("\u202e"), shown);
  const lines: string[] = [];
  const terminal = {
    err: (text: string) => lines.push(text),
    color: false,
    interactive: false,
    timeZone: "UTC",
  };
  const logger = terminalLogger({
    terminal: terminal as unknown as Terminal,
    clock: new VirtualClock("2026-01-01T00:00:00Z"),
    level: "info",
    json: false,
  });
  logger.warn(HOSTILE, { [HOSTILE]: HOSTILE });
  assert.equal(lines[0], `00:00:00  warn   ${ESCAPED}  ${ESCAPED}="${ESCAPED}"\n`);
});

test("errorLines() shows class, message, causes and the user's own lines", () => {
  const own = new URL("../../../src/scheduler/running/run_attempt.ts", import.meta.url).href;
  const stack = [
    "TypeError: no luck",
    "    at charge (file:///app/tasks/pay.ts:3:9)",
    "    at async Object.run (/app/tasks/pay.ts:7:2)",
    "    at file:///app/node_modules/stripe/index.js:1:1",
    `    at attempt (${own}:34:9)`,
    "    at node:internal/process/task_queues:95:5",
    "    at AsyncLocalStorage.run (ext:deno_node/async_hooks.ts:1:1762)",
    "    at Array.map (native)",
  ].join("\n");
  const cause = { name: "DiskError", message: "full", code: "ENOSPC" };
  assert.deepEqual(errorLines({ name: "TypeError", message: "no luck", stack, cause }, "/app"), [
    "TypeError: no luck",
    "  at charge (tasks/pay.ts:3:9)",
    "  at async Object.run (tasks/pay.ts:7:2)",
    "caused by DiskError: full (ENOSPC)",
  ]);
  const outside = { name: "Error", message: "x", stack: "Error: x\n    at /srv/tasks/pay.ts:3:9" };
  assert.deepEqual(errorLines(outside, "/app"), ["Error: x", "  at /srv/tasks/pay.ts:3:9"]);
});
