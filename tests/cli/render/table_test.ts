import assert from "node:assert/strict";
import { table } from "../../../src/cli/render/table.ts";
import { pad, textWidth, truncate } from "../../../src/cli/render/text_width.ts";
import { test } from "../../harness.ts";

const columns = [{ title: "ID", whole: true }, { title: "NAME" }];

test("table() lines its columns up, without blanks at the ends of lines", () => {
  const rows = [["1", "one"], ["22", ""]];
  assert.equal(table({ columns, rows, width: 80 }), "ID  NAME\n1   one\n22");
});

test("table() fits the width by cutting the widest columns, never those that are whole", () => {
  const rows = [["an-id-to-be-copied", "a long description of it"]];
  const lines = table({ columns, rows, width: 30 }).split("\n");
  assert.equal(lines[1], "an-id-to-be-copied  a long de…");
  assert.ok(lines.every((line) => textWidth(line) <= 30));
});

test("table() leaves a cell readable, however narrow the terminal is", () => {
  assert.match(table({ columns, rows: [["id", "description"]], width: 5 }), /descr…/);
});

test("table() keeps a cell in one line and gives cells their tones after they are cut", () => {
  const rows = [["1", "two\nlines"]];
  const text = table({
    columns,
    rows,
    width: 80,
    paint: (cell, row, column) => row < 0 || column < 1 ? cell : `<${cell}>`,
  });
  assert.equal(text.split("\n")[1], "1   <two\\nlines>");
});

test("textWidth() counts the columns that a terminal shows", () => {
  assert.equal(textWidth("plain"), 5);
  assert.equal(textWidth("\u001b[31mred\u001b[39m"), 3);
  assert.equal(textWidth("日本"), 4);
  assert.equal(textWidth("e\u0301"), 1);
  assert.equal(textWidth("👩‍👩‍👧"), 2);
});

test("truncate() and pad() go by columns", () => {
  assert.equal(truncate("日本語", 5), "日本…");
  assert.equal(truncate("short", 5), "short");
  assert.equal(pad("日", 4), "日  ");
});
