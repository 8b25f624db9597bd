import assert from "node:assert/strict";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { test } from "../../harness.ts";
import { refusal } from "../refusal.ts";

/** Text that must be refused, with a `^` under the character that is wrong. */
const REFUSED = String.raw`
|0 9 * * 8|
|        ^|
|60 * * * *|
|^         |
|* 24 * * *|
|  ^       |
|* * 0 * *|
|    ^    |
|* * 32 * *|
|    ^     |
|* * * 13 *|
|      ^   |
|* * * 0 *|
|      ^  |
|-1 * * * *|
|^         |
|1- * * * *|
|  ^       |
|1-2-3 * * * *|
|   ^         |
|0 22-2 * * *|
|  ^         |
|*/0 * * * *|
|  ^        |
|*/61 * * * *|
|  ^         |
|*/-1 * * * *|
|  ^         |
|*/ * * * *|
|  ^       |
|5/ * * * *|
|  ^       |
|/5 * * * *|
|^         |
|** * * * *|
| ^        |
|*5 * * * *|
| ^        |
|5* * * * *|
| ^        |
|5-* * * * *|
|  ^        |
|5/* * * * *|
|  ^        |
|1,,2 * * * *|
|  ^         |
|,1 * * * *|
|^         |
|1, * * * *|
|  ^       |
|1.5 * * * *|
| ^         |
|0x10 * * * *|
| ^          |
|1e1 * * * *|
| ^         |
|+5 * * * *|
|^         |
|L * * * *|
|^        |
|0 0 L-0 * *|
|      ^    |
|0 0 L-31 * *|
|      ^     |
|0 0 L3 * *|
|     ^    |
|0 0 L/2 * *|
|     ^     |
|0 0 L-3W * *|
|       ^    |
|0 0 W * *|
|    ^    |
|0 0 0W * *|
|    ^     |
|0 0 32W * *|
|    ^      |
|0 0 1-5W * *|
|       ^    |
|0 0 15W/2 * *|
|       ^     |
|0 0 LW-1 * *|
|      ^     |
|0 0 1L * *|
|     ^    |
|0 0 last * *|
|    ^       |
|0 0 3rd * *|
|     ^     |
|0 0 fri * *|
|    ^      |
|0 0 * * L|
|        ^|
|0 0 * * LW|
|        ^ |
|0 0 * * fri#0|
|            ^|
|0 0 * * fri#6|
|            ^|
|0 0 * * fri#|
|            ^|
|0 0 * * #2|
|        ^ |
|0 0 * * *#2|
|         ^ |
|0 0 * * *L|
|         ^|
|0 0 * * fri#2#3|
|             ^ |
|0 0 * * fri#1-3|
|             ^ |
|0 0 * * 5L/2|
|          ^ |
|0 0 * * */8|
|          ^|
|0 0 * * tues|
|        ^   |
|0 0 * * friday1|
|              ^|
|0 0 * * jan|
|        ^  |
|0 0 * mon *|
|      ^    |
|0 0 * sept *|
|      ^     |
|0 0 * nov-feb *|
|      ^        |
|0 0 * * mon,+fri|
|            ^   |
|0 0 * * ++fri|
|         ^   |
|0 0 * * +|
|         ^|
|H 0 * * *|
|^        |
|1~5 * * * *|
| ^         |
|@reboot|
|^      |
|@every 5m|
|^        |
|@fortnightly|
|^           |
|@daily *|
|       ^|
|0 0 0 1 1 * 1969|
|            ^   |
|0 0 0 1 1 * 10000|
|            ^    |
|60 0 0 * * *|
|^           |
`.trim().split("\n").map((line) => line.slice(1, line.lastIndexOf("|")));

test("cron() refuses what it does not fully understand, at the right character", () => {
  for (let i = 0; i < REFUSED.length; i += 2) {
    const text = REFUSED[i]!;
    const error = refusal(() => cron(text), "invalidTrigger", text);
    assert.equal(error.details["position"], REFUSED[i + 1]!.indexOf("^"), `${text}: ${error.message}`);
    assert.equal(error.details["source"], text);
    assert.ok("expected" in error.details && "hint" in error.details, error.message);
  }
});

test("cron() refuses another number of fields, other white space and other kinds of values", () => {
  const texts = [
    "",
    " ",
    "*",
    "* * * *",
    "* * * * * * * *",
    "0 9 * * *\n",
    "0\n9 * * *",
    "0\u00a09 * * *",
    "０ 9 * * *",
  ];
  for (const text of texts) {
    const { details } = refusal(() => cron(text), "invalidTrigger", JSON.stringify(text));
    assert.ok("position" in details && "expected" in details && "hint" in details, JSON.stringify(text));
  }
  for (const value of [undefined, null, 5, true, [], new Date(), () => ""]) {
    refusal(() => cron(value as unknown as string), "invalidTrigger", String(value));
  }
  refusal(() => cron("0 0 * * *".padEnd(3000)));
});

test("cron() reports what was expected and how to fix it", () => {
  const hints: Record<string, RegExp> = {
    "0 9 * * 8": /Weekday 8 is not 0–7.*0 and 7 are Sunday/,
    "*/90 * * * *": /use an interval/,
    "0 22-2 * * *": /write 22-23,0-2/,
    "0 0 * nov-feb *": /write 11-12,1-2/,
    "@every 5m": /use interval/,
    "@reboot": /when your program starts/,
    "H 0 * * *": /spread/,
    "0 24 * * *": /midnight is hour 0/,
    "0 0 * * tues": /write tue or tuesday/,
    "0 0 * * L": /5L/,
    "TZ=UTC 0 9 * * *": /timeZone option/,
    "0 9 * * \u{1f600}": /Unexpected '\u{1f600}'/u,
    "@dialy": /did you mean '@daily'/,
    "0 9 * *": /5 to 7 fields, but this one has 4/,
  };
  for (const [text, hint] of Object.entries(hints)) assert.match(refusal(() => cron(text)).message, hint);
});

/** Text and the first fires from 2026-01-01 (a Thursday) in UTC; seconds and years only where they matter. */
const FIRES: readonly (readonly [text: string, fires: string])[] = [
  ["0 9 * * mon-fri", "01-01T09:00 01-02T09:00 01-05T09:00"],
  ["0 9 * * FRI-Mon", "01-02T09:00 01-03T09:00 01-04T09:00 01-05T09:00 01-09T09:00"],
  ["0 9 * * 6-1", "01-03T09:00 01-04T09:00 01-05T09:00 01-10T09:00"],
  ["0 9 * * sunday", "01-04T09:00 01-11T09:00"],
  ["0 9 * * 7", "01-04T09:00 01-11T09:00"],
  ["0 9 * * */2", "01-01T09:00 01-03T09:00 01-04T09:00 01-06T09:00 01-08T09:00"],
  ["0 9 * * 5-7", "01-02T09:00 01-03T09:00 01-04T09:00 01-09T09:00"],
  ["5/15 9 * * *", "01-01T09:05 01-01T09:20 01-01T09:35 01-01T09:50 01-02T09:05"],
  ["0 0 1,15 * *", "01-01T00:00 01-15T00:00 02-01T00:00"],
  ["0 0 13 * fri", "01-02T00:00 01-09T00:00 01-13T00:00 01-16T00:00"],
  ["0 0 13 * +fri", "02-13T00:00 03-13T00:00 11-13T00:00"],
  ["0 0 1-31 * fri", "01-01T00:00 01-02T00:00 01-03T00:00"],
  ["0 0 */1 * fri", "01-01T00:00 01-02T00:00 01-03T00:00"],
  ["0 0 ? * fri", "01-02T00:00 01-09T00:00"],
  ["0 0 L * *", "01-31T00:00 02-28T00:00 03-31T00:00"],
  ["0 0 l-3 * ?", "01-28T00:00 02-25T00:00 03-28T00:00"],
  ["0 0 15W * *", "01-15T00:00 02-16T00:00 03-16T00:00 04-15T00:00"],
  ["0 0 1W 8 *", "08-03T00:00"],
  ["0 0 31W * *", "01-30T00:00 03-31T00:00 05-29T00:00"],
  ["0 0 LW * *", "01-30T00:00 02-27T00:00 03-31T00:00"],
  ["0 0 * * 5L", "01-30T00:00 02-27T00:00 03-27T00:00"],
  ["0 0 * * friL", "01-30T00:00 02-27T00:00"],
  ["0 0 * * 5#L", "01-30T00:00 02-27T00:00"],
  ["0 0 * * fri#2", "01-09T00:00 02-13T00:00"],
  ["0 0 * * thu-fri#1", "01-01T00:00 01-02T00:00 02-05T00:00 02-06T00:00"],
  ["0 0 * * 1-2L", "01-26T00:00 01-27T00:00 02-23T00:00 02-24T00:00"],
  ["0 0 1 JAN,march *", "01-01T00:00 03-01T00:00"],
  ["0 0 1 jan-mar/2 *", "01-01T00:00 03-01T00:00"],
  ["@Monthly", "01-01T00:00 02-01T00:00"],
  ["@weekly", "01-04T00:00 01-11T00:00"],
  ["@yearly", "01-01T00:00"],
  ["  0\t9  1 * *  ", "01-01T09:00 02-01T09:00"],
  ["0,0,0 9 1 * *", "01-01T09:00 02-01T09:00"],
];

test("cron() reads every form of crontab text", () => {
  const from = Temporal.Instant.from("2026-01-01T00:00Z");
  for (const [text, fires] of FIRES) {
    const limit = fires.split(" ").length;
    const actual = cron(text).preview({ from, limit }).map((fire) => fire.toString().slice(5, 16));
    assert.equal(actual.join(" "), fires, text);
  }
});

test("cron() reads seconds in six fields and years in seven", () => {
  const from = Temporal.Instant.from("2026-01-01T00:00Z");
  const seconds = cron("*/25 0 9 * * *").preview({ from, limit: 4 }).map((fire) =>
    fire.toString().slice(11, 19)
  );
  assert.deepEqual(seconds, ["09:00:00", "09:00:25", "09:00:50", "09:00:00"]);
  const years = cron("30 0 9 1 1 ? 2025-2031/3").preview({ from }).map((fire) =>
    fire.toString().slice(0, 19)
  );
  assert.deepEqual(years, ["2028-01-01T09:00:30", "2031-01-01T09:00:30"]);
});

test("cron() fires from the first second of 1970 to the last of 9999", () => {
  const every = cron("* * * * * *");
  assert.equal(every.nextAfterMs(-1e15), 0);
  const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59);
  assert.equal(every.nextAfterMs(lastMs - 1), lastMs);
  assert.equal(every.nextAfterMs(lastMs), undefined);
  assert.equal(every.nextAfterMs(8.64e15), undefined);
});

test("crontab text takes ? in the two day fields only, and text of AWS is refused with what to write", () => {
  for (const text of ["? * * * *", "* ? * * *", "* * * ? *", "? * * * * *", "* * * * * * ?"]) {
    assert.match(refusal(() => cron(text)).message, /Unexpected '\?'.*in the two day fields only/, text);
  }
  for (const text of ["0 0 ? * fri", "0 0 12 * * ?", "0 0 12 ? * mon-fri 2030", "0 0 ? * ?"]) cron(text);
  refusal(() => cron({ hour: "?" }));
  const aws = (text: string) => refusal(() => cron(text)).message;
  assert.match(aws("0 10 * * ? *"), /at position 9: This is cron text of AWS.*write '0 10 \* \* \*'$/);
  assert.match(aws("0 18 ? * MON-FRI *"), /write '0 18 \* \* MON-FRI'$/);
  assert.match(
    aws("0 18 ? * 2-6 *"),
    /write '0 18 \* \* 2-6', with weekdays from 0: AWS counts Sunday as 1$/,
  );
  assert.match(aws("cron(0 10 * * ? *)"), /write '0 10 \* \* \*'$/);
  assert.match(aws("0 10 * * ? 2030"), /the order here is second minute/);
  assert.match(aws("rate(5 minutes)"), /interval\(/);
});

test("crontab text names white space that looks like blanks", () => {
  const spaces: Readonly<Record<string, RegExp>> = {
    "\u00a0": /position 3: Unexpected a no-break space \(U\+00A0\)/,
    "\u202f": /a narrow no-break space \(U\+202F\)/,
    "\u200b": /a zero-width space \(U\+200B\)/,
    "\ufeff": /a byte order mark \(U\+FEFF\)/,
    "\u3000": /a character that looks like a blank \(U\+3000\)/,
    "\n": /a line break \(U\+000A\)/,
  };
  for (const [space, name] of Object.entries(spaces)) {
    for (const text of [`0 9${space}* * *`, `0 9 ${space}* * *`]) assert.throws(() => cron(text));
    assert.match(refusal(() => cron(`0 9${space}* * *`)).message, name);
    refusal(() => cron(`@daily${space}`));
    assert.match(refusal(() => cron({ day: `3rd${space}fri` })).message, /U\+/);
  }
});
