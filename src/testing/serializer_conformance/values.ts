import { Temporal } from "../../time/temporal.ts";

/** Values that every serializer holds. */
export const jsonValues: Readonly<Record<string, unknown>> = {
  "null": null,
  "true": true,
  "false": false,
  "zero": 0,
  "a negative number": -17,
  "a fraction": 0.1,
  "the largest safe integer": Number.MAX_SAFE_INTEGER,
  "the smallest safe integer": Number.MIN_SAFE_INTEGER,
  "the largest number": Number.MAX_VALUE,
  "the smallest number": Number.MIN_VALUE,
  "empty text": "",
  "text": 'quotes " and \\ and / and \n and \u0000 and \u2028 and </script>',
  "text of all planes": "ü 漢 🎠 \u{10FFFF}",
  "long text": "ab".repeat(50_000),
  "an empty array": [],
  "an array": [1, "a", null, [true, []]],
  "a long array": Array.from({ length: 10_000 }, (_, i) => i),
  "an empty object": {},
  "an object": { a: 1, "b c": { "": [{}] }, ü: null },
  "keys that look like fields of objects": { constructor: 1, toString: 2, length: 3, then: 4, $ref: 5 },
  "keys that look like numbers": { 2: "b", 1: "a", "01": "c" },
  "text that looks like a format": ["Date", "Map", '["Date","2026-01-01"]', "rich:1", "$ref"],
};

/** Values that a serializer holds or refuses, but never changes. Made anew for each use. */
export const trickyValues: Readonly<Record<string, () => unknown>> = {
  "undefined": () => undefined,
  "undefined in an object": () => ({ a: undefined }),
  "undefined in an array": () => [undefined],
  "NaN": () => NaN,
  "Infinity": () => Infinity,
  "-Infinity": () => -Infinity,
  "-0": () => -0,
  "a small bigint": () => 1n,
  "a large bigint": () => 2n ** 100n,
  "a negative bigint": () => -(2n ** 64n) - 7n,
  "Date": () => new Date(1_767_225_600_123),
  "an invalid Date": () => new Date(NaN),
  "Map": () => new Map<unknown, unknown>([["a", 1], [2, new Map([[null, []]])]]),
  "Set": () => new Set<unknown>([1, "a", null]),
  "RegExp": () => /a\/(b)"/giu,
  "URL": () => new URL("https://example.org/a b?c=ü#d"),
  "URLSearchParams": () => new URLSearchParams("a=1&a=2"),
  "Uint8Array": () => new Uint8Array([0, 1, 254, 255]),
  "an empty Uint8Array": () => new Uint8Array(),
  "a long Uint8Array": () => Uint8Array.from({ length: 100_000 }, (_, i) => i % 251),
  "a part of a buffer": () => new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3),
  "Int16Array": () => new Int16Array([-1, 300]),
  "Float64Array": () => new Float64Array([0.1, NaN, -0]),
  "BigInt64Array": () => new BigInt64Array([-1n, 2n ** 62n]),
  "ArrayBuffer": () => new Uint8Array([1, 2]).buffer,
  "DataView": () => new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1),
  "Temporal.Instant": () => Temporal.Instant.from("2026-03-29T01:00:00.123456789Z"),
  "Temporal.ZonedDateTime": () => Temporal.ZonedDateTime.from("2026-10-25T02:30:00+01:00[Europe/Berlin]"),
  "Temporal.PlainDate": () => Temporal.PlainDate.from("2026-02-28"),
  "Temporal.PlainDateTime": () => Temporal.PlainDateTime.from("2026-02-28T23:59:59.999999999"),
  "Temporal.PlainTime": () => Temporal.PlainTime.from("23:59:59.000000001"),
  "Temporal.PlainYearMonth": () => Temporal.PlainYearMonth.from("2026-02"),
  "Temporal.PlainMonthDay": () => Temporal.PlainMonthDay.from("02-29"),
  "Temporal.Duration": () => Temporal.Duration.from("P1Y2M3W4DT5H6M7.008009001S"),
  "an array with holes": () => [1, , 3],
  "a long array with few items": () => Object.assign([], { 5000: 1 }),
  "an array with names as keys": () => Object.assign([1], { name: "a" }),
  "a Map with fields of its own": () => Object.assign(new Map(), { name: "a" }),
  "an object without a prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "an object with symbols as keys": () => ({ a: 1, [Symbol.for("s")]: 2 }),
  "a key named __proto__": () => JSON.parse('{"__proto__":{"polluted":1}}'),
  "a subclass of Array": () => Tags.from(["a"]),
  "a subclass of Map": () => new Registry([["a", 1]]),
  "a subclass of Date": () => new Deadline(0),
  "an Error": () => new Error("broken"),
  "a boxed number": () => Object(1),
  "a boxed text": () => Object("ab"),
  "a promise": () => Promise.resolve(1),
  "a WeakMap": () => new WeakMap(),
  "half of a surrogate pair": () => "a\uD83D",
  "half of a surrogate pair as a key": () => ({ "a\uD83D": 1 }),
  "a circle": () => {
    const circle: Record<string, unknown> = { name: "a" };
    return Object.assign(circle, { self: circle });
  },
  "a value that is shared": () => {
    const shared = { a: [1] };
    return [shared, shared];
  },
};

class Tags extends Array<string> {}
class Registry extends Map<string, number> {}
class Deadline extends Date {}

/** Strings that would change all objects in a careless reader. */
export const hostileTexts: readonly string[] = [
  '{"__proto__":{"polluted":1}}',
  '[{"__proto__":1},{"polluted":2},1]',
  '[["null","__proto__",1],{"polluted":2},1]',
  '{"constructor":{"prototype":{"polluted":1}}}',
  btoa("\u00a1\u0069__proto__\u00a1\u0068polluted\u0001"),
];
