import assert from "node:assert/strict";
import { CarillonError } from "../../../src/errors.ts";
import { statusOfCode } from "../../../src/http/problems/status_of_code.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { type Answer, withControl } from "../control_fixture.ts";

/** The response of the endpoints when their store throws this, and their log. */
async function answerTo(error: unknown) {
  const store = memory();
  const logged: (readonly [string, unknown])[] = [];
  const log = (message: string, fields?: unknown) => void logged.push([message, fields]);
  const logger = { debug: log, info: log, warn: log, error: log };
  let answer: Answer | undefined;
  await withControl(async ({ send }) => {
    const getTasks = store.getTasks;
    store.getTasks = () => Promise.reject(error);
    answer = await send("GET /tasks");
    store.getTasks = getTasks;
  }, { scheduler: { store }, app: { logger } });
  return { answer: answer!, logged };
}

test("problemResponse() returns an error's code, status, message and details in the form of RFC 9457", async () => {
  const { answer, logged } = await answerTo(
    new CarillonError("storeBusy", "The store is busy", {
      details: { at: new Date(0), count: 5n },
      retryable: true,
      cause: new Error("secret"),
    }),
  );
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
  assert.equal(answer.headers.get("Retry-After"), "1");
  assert.deepEqual(answer.body, {
    type: "urn:carillon:error:storeBusy",
    title: "Store busy",
    status: 503,
    detail: "The store is busy",
    code: "storeBusy",
    details: { at: "1970-01-01T00:00:00.000Z", count: "5" },
    retryable: true,
  });
  assert.equal(logged.length, 1);
});

test("problemResponse() says nothing about an error that nobody foresaw, and logs it with its stack", async () => {
  const { answer, logged } = await answerTo(new TypeError("secret of the house"));
  assert.deepEqual([answer.status, answer.at("code"), answer.at("details")], [500, "internal", {}]);
  assert.equal(JSON.stringify(answer.body).includes("secret"), false);
  const [[message, fields]] = logged as [[string, { error: string; path: string; stack: string }]];
  assert.deepEqual([message, fields.path], ["a control request failed", "/tasks"]);
  assert.equal(fields.error, "secret of the house");
  assert.match(fields.stack, /problem_test/);
});

test("problemResponse() leaves out details that contain themselves", async () => {
  const details: { self?: unknown } = {};
  details.self = details;
  const { answer } = await answerTo(new CarillonError("storeFailed", "It failed", { details }));
  assert.deepEqual([answer.status, answer.at("details")], [500, {}]);
});

test("statusOfCode holds error statuses only", () => {
  for (const [code, status] of Object.entries(statusOfCode)) assert.ok(status >= 400 && status < 600, code);
});
