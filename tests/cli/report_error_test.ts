import assert from "node:assert/strict";
import { CarillonError } from "../../src/errors.ts";
import { exitCodes } from "../../src/cli/exit_codes.ts";
import { reportError } from "../../src/cli/report_error.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { test } from "../harness.ts";

function report(error: unknown, options = { json: false, verbose: false }) {
  let out = "";
  let err = "";
  const terminal = {
    out: (text: string) => out += text,
    err: (text: string) => err += text,
    interactive: false,
    program: "carillon",
  };
  const code = reportError(error, terminal as unknown as Terminal, options);
  return { code, out, err };
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("It threw nothing");
}

test("reportError() writes one line with the code, and returns the code's exit code", () => {
  const { code, out, err } = report(new CarillonError("unknownTask", "There is no\n  task 'x'"));
  assert.equal(err, "error: There is no task 'x' (unknownTask)\n");
  assert.equal(out, "");
  assert.equal(code, exitCodes.unknownTask);
});

test("reportError() points at the character that cannot be understood", () => {
  const { err } = report(thrownBy(() => cron("0 25 * * *")));
  const [, source, caret] = err.split("\n");
  assert.equal(source, "  0 25 * * *");
  assert.equal(caret, "    ^");
});

test("reportError() lists the problems of an error that stands for several", () => {
  const problems = [{ message: "one", source: "a" }, { message: "two", source: "b" }];
  const { err } = report(
    new CarillonError("invalidConfiguration", "The configuration has 2 problems", { details: { problems } }),
  );
  assert.match(err, /2 problems \(invalidConfiguration\)\n {2}- one\n {2}- two\n$/);
});

test("reportError() shows the stack and the causes only when everything is to be told", () => {
  const error = new CarillonError("jobFailed", "It failed", { cause: new Error("the deeper reason") });
  assert.doesNotMatch(report(error).err, /deeper reason|report_error_test/);
  const { err } = report(error, { json: false, verbose: true });
  assert.match(err, /report_error_test/);
  assert.match(err, /caused by: .*the deeper reason/s);
});

test("reportError() gives machines the error as JSON on the standard output", () => {
  const error = new CarillonError("storeBusy", "It is locked", {
    details: { location: "x" },
    retryable: true,
  });
  const { out, err } = report(error, { json: true, verbose: false });
  assert.deepEqual(JSON.parse(out), {
    error: { code: "storeBusy", message: "It is locked", details: { location: "x" }, retryable: true },
  });
  assert.match(err, /^error: It is locked \(storeBusy\)\n$/);
});

test("reportError() calls what is no error of Carillon internal", () => {
  const { code, err } = report(new TypeError("x is undefined"));
  assert.equal(code, 1);
  assert.equal(err, "error: Internal error: x is undefined (internal)\n");
});
