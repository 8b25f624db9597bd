import assert from "node:assert/strict";
import { CarillonError, isCarillonError } from "../../src/errors.ts";
import { revivedError, storedError } from "../../src/model/stored_error.ts";
import { test } from "../harness.ts";

test("storedError() and revivedError() keep class, name, code, stack and causes", () => {
  const cause = Object.assign(new Error("the disk is full"), { name: "DiskError" });
  const error = Object.assign(new TypeError("not written", { cause }), { code: "E_DISK" });
  const revived = revivedError(JSON.parse(JSON.stringify(storedError(error))));
  assert.ok(revived instanceof TypeError);
  assert.deepEqual([revived.message, (revived as { code?: unknown }).code], ["not written", "E_DISK"]);
  assert.equal(revived.stack, error.stack);
  assert.ok(revived.cause instanceof Error);
  assert.deepEqual([revived.cause.name, revived.cause.message], ["DiskError", "the disk is full"]);
});

test("storedError() and revivedError() keep the details of Carillon's own errors", () => {
  const error = new CarillonError("unknownTask", "There is no task 'a'", { details: { known: ["b"] } });
  const revived = revivedError(storedError(error));
  assert.ok(isCarillonError(revived, "unknownTask"));
  assert.deepEqual(revived.details, { known: ["b"] });
});

test("storedError() leaves details out that are no JSON or too large", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  for (const details of [circle, { text: "x".repeat(5000) }, {}]) {
    assert.equal(storedError(new CarillonError("internal", "a", { details })).details, undefined);
  }
});

test("storedError() says what was thrown when it is no error, and cuts what is too long", () => {
  assert.equal(storedError("a text").message, "a text");
  assert.equal(storedError({ a: 1 }).message, 'thrown: {"a":1}');
  assert.equal(storedError(undefined).message, "thrown: undefined");
  assert.equal(storedError(1n).message, "thrown: 1");
  assert.equal(storedError(new Error("x".repeat(5000))).message.length, 4001);
});

test("storedError() follows causes only so far, so that a circle of them ends", () => {
  const error = new Error("a");
  error.cause = error;
  let depth = 0;
  for (let one = storedError(error).cause; one !== undefined; one = one.cause) depth++;
  assert.equal(depth, 5);
});
