import { z } from "zod";
import { type ControlApp, type ControlAppOptions, createControlApp } from "../../src/http/control_app.ts";
import { task } from "../../src/registry/task.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { SchedulerOptions } from "../../src/scheduler/scheduler_options.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { memory } from "../../src/stores/memory.ts";
import { test } from "../harness.ts";

/** A token that opens the app. */
export const TOKEN = "Zk3v9sQx7LrT2nWbY5pHcA";

/** A task with a schema. */
export const greet = task({
  name: "people/greet",
  description: "Says hello",
  input: z.object({ name: z.string() }),
  run: ({ name }) => ({ greeting: `hello ${name}`, at: new Date(0) }),
});

/** A task that runs until it is told to stop. */
export const endless = task({
  name: "endless",
  maxRunningJobs: null,
  run: (_input, { signal }) =>
    new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
});

/** A task that fails. */
export const failing = task({
  name: "failing",
  run() {
    throw new TypeError("no such luck", { cause: new Error("at all") });
  },
});

/** The response to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** The value at a path of the body, such as `"items.0.id"`; undefined if there is none. */
  at(path: string): unknown;
}

/** A call of the app under test. */
export interface Control {
  readonly app: ControlApp;
  readonly scheduler: Scheduler;
  /** Sends a request as `"GET /jobs"`, with a JSON body if one is given. */
  send(what: string, json?: unknown, init?: RequestInit): Promise<Answer>;
}

/** Options of the app under test. */
export interface ControlSetup {
  readonly app?: Partial<ControlAppOptions>;
  readonly scheduler?: SchedulerOptions;
  /** True if the scheduler is started. @default true */
  readonly start?: boolean;
}

/** Runs `body` with a control app on a scheduler, and stops that. */
export async function withControl(body: (control: Control) => Promise<void>, setup: ControlSetup = {}) {
  const scheduler = new Scheduler({ tasks: [greet, endless, failing], ...setup.scheduler });
  const app = createControlApp(scheduler, { auth: "none", ...setup.app });
  const send: Control["send"] = async (what, json, init = {}) => {
    const [method = "GET", path = "/"] = what.split(" ");
    const headers = new Headers(init.headers);
    if (json !== undefined) headers.set("Content-Type", "application/json");
    const sent = json === undefined ? {} : { body: JSON.stringify(json) };
    return answerOf(await app.request(path, { method, ...init, ...sent, headers }));
  };
  try {
    if (setup.start ?? true) await scheduler.startInBackground();
    await body({ app, scheduler, send });
  } finally {
    await scheduler.stop({ drain: false });
  }
}

/** A response, read. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  const body: unknown = text === "" ? null : JSON.parse(text);
  const step = (value: unknown, key: string) => (value as Readonly<Record<string, unknown>> | null)?.[key];
  return { status, headers, body, at: (path) => path.split(".").reduce(step, body) };
}

const stores: readonly (readonly [name: string, make: () => DataStore])[] = [
  ["memory", memory],
  ["libsql", () => libsql(":memory:")],
];

/** A test of the endpoints on every store. */
export function controlTest(
  name: string,
  body: (control: Control) => Promise<void>,
  setup: ControlSetup = {},
) {
  for (const [storeName, make] of stores) {
    test(`${name} (${storeName})`, () =>
      withControl(body, { ...setup, scheduler: { ...setup.scheduler, store: make() } }));
  }
}

/** Resolves with the id of the next job that starts. */
export function nextStart(scheduler: Scheduler): Promise<string> {
  return new Promise((resolve) => {
    scheduler.subscribe((event) => resolve(event.jobId), { types: "jobStarted", once: true });
  });
}
