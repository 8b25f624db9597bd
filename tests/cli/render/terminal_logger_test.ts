import assert from "node:assert/strict";
import { type LogThreshold, terminalLogger } from "../../../src/cli/render/terminal_logger.ts";
import type { Terminal } from "../../../src/cli/terminal.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";

function logged(level: LogThreshold, json = false): { readonly lines: string[]; readonly write: () => void } {
  const lines: string[] = [];
  const terminal = {
    err: (text: string) => lines.push(text),
    color: false,
    interactive: false,
    timeZone: "UTC",
  };
  const logger = terminalLogger({
    terminal: terminal as unknown as Terminal,
    clock: new VirtualClock("2026-01-01T09:05:07Z"),
    level,
    json,
    skip: (fields) => fields["job"] !== undefined,
  });
  const write = () => {
    logger.debug("woke up");
    logger.info("told elsewhere", { job: "j1" });
    logger.warn("slow", { ms: 1500, file: "a b.txt", store: "file:a.db", none: undefined });
    logger.error("broken");
  };
  return { lines, write };
}

test("terminalLogger() writes lines with their fields, from its level on", () => {
  const { lines, write } = logged("warn");
  write();
  assert.deepEqual(lines, [
    '09:05:07  warn   slow  ms=1500 file="a b.txt" store=file:a.db\n',
    "09:05:07  error  broken\n",
  ]);
});

test("terminalLogger() writes an object a line for machines", () => {
  const { lines, write } = logged("error", true);
  write();
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { at: "2026-01-01T09:05:07Z", level: "error", message: "broken" },
  ]);
});

test("terminalLogger() is silent when it is set to, and leaves out what is reported in another way", () => {
  const silent = logged("silent");
  silent.write();
  assert.deepEqual(silent.lines, []);
  const all = logged("debug");
  all.write();
  assert.equal(all.lines.length, 3);
  assert.doesNotMatch(all.lines.join(""), /elsewhere/);
});
