import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import process from "node:process";
import { z } from "zod";
import { createControlApp } from "../../src/http/control_app.ts";
import { serveControlApp } from "../../src/http/serve.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { memory } from "../../src/stores/memory.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { test } from "../harness.ts";
import { Random } from "../random.ts";
import { TOKEN } from "./control_fixture.ts";

/** Requests per store; `FUZZ_REQUESTS=100000 SEED=7 deno task test:deno tests/http/fuzz_test.ts` looks further. */
const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 700);
const SEED = Number(process.env["SEED"] ?? 20_260_101);

/** Far above what any request takes, for a machine under load; work without a bound took many times that. */
const SLOW_MS = 3000;

const echo = task({ name: "echo", input: z.unknown(), run: (input) => input });
const strict = task({ name: "strict/task", input: z.object({ a: z.string() }), run: ({ a }) => a });

const stores: readonly (readonly [name: string, make: () => DataStore])[] = [
  ["memory", memory],
  ["libsql", () => libsql(":memory:")],
];
for (const [name, make] of stores) {
  test(`no odd request makes the server fail, show a stack or work without a bound (${name})`, async () => {
    const scheduler = new Scheduler({
      store: make(),
      tasks: [echo, strict],
      defaults: { maxRunningJobs: null },
    });
    const served = await serveControlApp(createControlApp(scheduler, { auth: { tokens: [TOKEN] } }), {
      port: 0,
    });
    await scheduler.startInBackground();
    await scheduler.addSchedule(echo, cron("* * * * *"), { id: "minutely", input: 1 });
    const requests = new RequestMaker(new Random(SEED), new URL(served.url).host);
    try {
      for (let i = 0; i < REQUESTS; i++) {
        const request = requests.next();
        const startMs = systemClock.monotonicMs();
        const response = await exchange(new URL(served.url), request);
        const tookMs = systemClock.monotonicMs() - startMs;
        const shown = `request ${i} of seed ${SEED}: ${request.slice(0, 1000)}\n\n${response.slice(0, 1000)}`;
        assert.match(response, /^(?:HTTP\/1\.1 100 Continue\s+)?HTTP\/1\.1 [234]\d\d /, shown);
        assert.doesNotMatch(response, /\n {4}at |file:\/\/|node_modules|\.ts:\d+/, shown);
        assert.ok(tookMs < SLOW_MS, `took ${tookMs} ms, ${shown}`);
        assert.ok(response.length < 3_000_000, shown);
      }
      assert.equal(await (await fetch(`${served.url}/health`)).text(), '{"status":"ok"}');
    } finally {
      await scheduler.stop({ drain: false });
      await served.close();
    }
  });
}

/** Sends bytes, and resolves to everything that comes back until the connection ends. */
function exchange({ hostname, port }: URL, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const pieces: Buffer[] = [];
    socket.on("data", (piece: Buffer) => pieces.push(piece));
    // The server may refuse a request before it has arrived completely.
    socket.on("error", (error) => pieces.length > 0 ? resolve(String(Buffer.concat(pieces))) : reject(error));
    socket.on("close", () => resolve(Buffer.concat(pieces).toString()));
    socket.write(request);
  });
}

const odd: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -0,
    -1,
    1.5,
    1e308,
    2 ** 31,
    Number.MAX_SAFE_INTEGER,
    "",
    " ",
    "a",
    "\u0000",
    "\ud800",
    "\u202e",
  ],
  ...[
    "now",
    "PT0S",
    "PT5M",
    "P99999999D",
    "-PT5M",
    "2026-01-01",
    "2026-01-01T00:00Z",
    "+275760-09-13T00:00:00.001Z",
  ],
  ...[
    "0000-00-00",
    "-271821-04-20T00:00Z",
    "2020-01-01",
    "1h30m",
    "none",
    "x".repeat(300),
    "x".repeat(100_000),
  ],
  ...[[], {}, [[]], ["a", 1, null], [""], { a: 1 }, { minutes: 5 }, { hours: -1 }, { seconds: 1e15 }, {
    constructor: 1,
  }],
  ...[JSON.parse('{"__proto__": {"a": 1}}') as unknown, { toString: 1, valueOf: 1 }, { then: 1 }, {
    toJSON: 1,
  }],
];

const options = [
  ...[
    "id",
    "delay",
    "runAt",
    "priority",
    "ageing",
    "metadata",
    "timeout",
    "retry",
    "timeToLive",
    "retention",
  ],
  ...[
    "executor",
    "tags",
    "store",
    "after",
    "idempotencyKey",
    "unique",
    "debounce",
    "concurrencyKey",
    "rateKey",
  ],
  ...[
    "onLostLease",
    "maxLostLeases",
    "parentPolicy",
    "transaction",
    "input",
    "__proto__",
    "constructor",
    "nonsense",
  ],
];

/** Makes requests that are nearly right, and some that are no requests. */
class RequestMaker {
  readonly #random: Random;
  readonly #host: string;

  constructor(random: Random, host: string) {
    this.#random = random;
    this.#host = host;
  }

  next(): string {
    const random = this.#random;
    if (random.chance(0.03)) return this.#garbage();
    const method = random.pick([
      "GET",
      "GET",
      "POST",
      "POST",
      "POST",
      "PATCH",
      "DELETE",
      "PUT",
      "HEAD",
      "OPTIONS",
      "QUERY",
    ]);
    const body = method === "GET" || method === "HEAD" ? "" : this.#body();
    const headers = [
      `Host: ${
        random.chance(0.95)
          ? this.#host
          : random.pick(["evil.test", "[", "a b", "x".repeat(300), "localhost"])
      }`,
      "Connection: close",
      ...random.chance(0.97) ? [`Authorization: Bearer ${TOKEN}`] : [],
      ...body === "" && random.chance(0.5) ? [] : [`Content-Length: ${Buffer.byteLength(body)}`],
      ...body === ""
        ? []
        : [`Content-Type: ${random.pick(["application/json", "application/json", "text/plain", "a"])}`],
      ...random.chance(0.1) ? [`X-Odd: ${"y".repeat(random.whole(0, 3000))}`] : [],
      ...random.chance(0.05)
        ? [random.pick(["Expect: 100-continue", "Cookie: \u00e9", "Origin: null", "TE: trailers"])]
        : [],
    ];
    return `${method} ${this.#target()} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
  }

  #garbage(): string {
    return this.#random.pick([
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      `GET / HTTP/1.1\r\nHost: ${this.#host}\r\nHost: b\r\nConnection: close\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: ${this.#host}\r\nConnection: close\r\nBad Header: 1\r\n\r\n`,
      `POST /jobs HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Length: x\r\n\r\n`,
      `POST /jobs HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `GET / HTTP/1.1\r\nConnection: close\r\n\r\n`,
    ]);
  }

  #target(): string {
    const random = this.#random;
    if (random.chance(0.05)) {
      return random.pick([
        "*",
        "//evil.test/jobs",
        `http://${this.#host}/jobs`,
        "http://evil.test/jobs",
        "/%",
        "/\\",
        "/?#",
      ]);
    }
    const segments = [
      "jobs",
      "schedules",
      "tasks",
      "scheduler",
      "health",
      "bulk",
      "echo",
      "strict%2Ftask",
      "minutely",
    ];
    const odd = [
      "..",
      ".",
      "%2e%2e",
      "%00",
      "%ff",
      "%E2%80%AE",
      "a%2Fb",
      "x".repeat(300),
      "__proto__",
      "constructor",
      "",
    ];
    const actions = [
      "cancel",
      "retry",
      "result",
      "attempts",
      "logs",
      "explanation",
      "pause",
      "resume",
      "run",
      "backfill",
    ];
    const path = Array.from({ length: random.whole(1, 3) }, (_, i) => {
      if (random.chance(0.1)) return random.pick(odd);
      return random.pick(
        i === 0 ? segments.slice(0, 5) : i === 1 ? [...segments.slice(5), "a", "b"] : actions,
      );
    });
    return `/${path.join("/")}${random.chance(0.3) ? this.#query() : ""}`;
  }

  #query(): string {
    const random = this.#random;
    const names = [
      "limit",
      "cursor",
      "state",
      "outcome",
      "task",
      "id",
      "order",
      "store",
      "after",
      "jobs",
      "__proto__",
      "%",
    ];
    const values = [
      "1",
      "1000",
      "-1",
      "1e3",
      "99999999999999999999",
      "ready",
      "a,b",
      "",
      "%00",
      "%ff",
      "x".repeat(500),
      "echo",
    ];
    const pairs = Array.from(
      { length: random.whole(1, 3) },
      () => `${random.pick(names)}=${random.pick(values)}`,
    );
    return `?${random.chance(0.1) ? "wait=true&timeout=PT0.001S" : pairs.join("&")}`;
  }

  #body(): string {
    const random = this.#random;
    if (random.chance(0.1)) {
      return random.pick([
        "",
        "{",
        "nul",
        "[".repeat(50_000),
        `"${"x".repeat(1_100_000)}"`,
        '{"a":1,"a":2}',
        "\ufeff{}",
        "1e999",
      ]);
    }
    const shape: Record<string, unknown> = random.pick([
      { task: random.pick(["echo", "strict/task", "ehco", "", "x".repeat(300_000)]), input: this.#value(3) },
      { from: this.#value(0), until: this.#value(0), limit: random.pick([1, 5, 10_000, 400_000, -1]) },
      { from: "2026-01-01", until: "2026-01-02", again: random.chance(0.5) },
      {
        action: random.pick(["cancel", "retry", "remove", "x"]),
        ids: random.pick([["a"], ["a", "b"], [], this.#value(2)]),
      },
      {
        action: "cancel",
        filter: { task: this.#value(1), state: this.#value(1) },
        preview: random.chance(0.5),
      },
      { resumeFrom: this.#value(1) },
      { reason: this.#value(1) },
    ]);
    const extra = Array.from({ length: random.whole(0, 2) }, () => {
      const name = random.chance(0.02) ? "o".repeat(random.whole(1, 900_000)) : random.pick(options);
      return `${JSON.stringify(name)}:${JSON.stringify(this.#value(2))}`;
    });
    const json = JSON.stringify(shape);
    return extra.length === 0 ? json : `${json.slice(0, -1)},${extra.join(",")}}`;
  }

  #value(depth: number): unknown {
    const random = this.#random;
    if (depth === 0 || random.chance(0.6)) return random.pick(odd);
    if (random.chance(0.5)) return Array.from({ length: random.whole(0, 3) }, () => this.#value(depth - 1));
    return Object.fromEntries(
      Array.from({ length: random.whole(0, 3) }, () => [random.pick(options), this.#value(depth - 1)]),
    );
  }
}
