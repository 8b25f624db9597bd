import assert from "node:assert/strict";
import { CarillonError, isCarillonError, messageOf } from "../../src/errors.ts";
import { revivedError, storedError } from "../../src/model/stored_error.ts";
import { test } from "../harness.ts";
import { make, plainRecipes } from "../hostile.ts";

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

test("storedError() leaves out details that are too large, and marks circles", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const detailsOf = (details: object) =>
    storedError(new CarillonError("internal", "a", { details: { ...details } })).details;
  assert.deepEqual(detailsOf(circle), { self: { self: "[circular]" } });
  assert.deepEqual(detailsOf({ text: "x".repeat(5000), status: 402 }), { status: 402 });
  assert.equal(detailsOf({}), undefined);
});

test("storedError() keeps the thrower's own fields in the details, and revivedError() gives them back", () => {
  const error = Object.assign(new TypeError("refused"), {
    status: 402,
    code: 7,
    limit: 10n,
    skipped: undefined,
    run() {},
  });
  const stored = storedError(error);
  assert.deepEqual(stored.details, { status: 402, code: 7, limit: "10" });
  const revived = revivedError(JSON.parse(JSON.stringify(stored)));
  assert.deepEqual({ ...revived }, { status: 402, code: 7, limit: "10" });
  assert.deepEqual(storedError(revived), stored);
});

test("storedError() reads every field once, and takes a message of any type", () => {
  const reads: string[] = [];
  const error = new Proxy(
    Object.assign(new Error(), { message: { en: "refused" }, stack: null, status: 402 }),
    {
      get(target, name) {
        reads.push(String(name));
        return Reflect.get(target, name);
      },
    },
  );
  assert.deepEqual(storedError(error), {
    name: "Error",
    message: '{"en":"refused"}',
    details: { status: 402 },
  });
  assert.equal(new Set(reads).size, reads.length);
});

test("storedError() and messageOf() never throw, and make strings that every store can hold", () => {
  for (const recipe of plainRecipes) {
    const stored = storedError(make(recipe));
    assert.deepEqual(JSON.parse(JSON.stringify(stored)), stored);
    assert.ok(JSON.stringify(stored).length < 60_000);
    const text = messageOf(make(recipe));
    assert.ok(text.isWellFormed() && !text.includes("\0") && text.length <= 10_001);
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
