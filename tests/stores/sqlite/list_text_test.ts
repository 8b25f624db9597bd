import assert from "node:assert/strict";
import { listText } from "../../../src/stores/sqlite/rows/list_text.ts";
import { test } from "../../harness.ts";

test("listText() replaces halves of characters, and nothing that only looks like one", () => {
  const whole = "\u{1f600}";
  const halves = [whole.slice(0, 1), whole.slice(1)];
  for (const half of halves) {
    assert.deepEqual(JSON.parse(listText([`a${half}b`, half])), ["a\ufffdb", "\ufffd"]);
  }
  for (const text of [whole, "\\ud83d", "\\\\ud83d", `"\\`, '{"a":"\\ud83d"}', "\u0000\n"]) {
    assert.deepEqual(JSON.parse(listText([text, halves[0], text])), [text, "\ufffd", text]);
    assert.equal(listText([text]), JSON.stringify([text]));
  }
});
