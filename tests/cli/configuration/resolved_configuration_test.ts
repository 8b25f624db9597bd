import assert from "node:assert/strict";
import { environmentLayer } from "../../../src/cli/configuration/environment_layer.ts";
import {
  resolveConfiguration,
  type ResolvedConfiguration,
} from "../../../src/cli/configuration/resolved_configuration.ts";
import type { ConfigurationLayer } from "../../../src/cli/configuration/given_setting.ts";
import { settings, variableOf } from "../../../src/cli/configuration/settings_table.ts";
import { schedulerOptionKeys } from "../../../src/scheduler/scheduler_options.ts";
import { defaultRunSettings } from "../../../src/model/settings.ts";
import { defaultOptionKeys } from "../../../src/model/task_options.ts";
import { test } from "../../harness.ts";

function layer(source: string, values: Readonly<Record<string, unknown>>): ConfigurationLayer {
  return { given: Object.entries(values).map(([path, value]) => ({ path, value, source })), problems: [] };
}

function resolved(...layers: ConfigurationLayer[]): ResolvedConfiguration {
  const { configuration, problems } = resolveConfiguration(layers, "/project");
  assert.deepEqual(problems, []);
  return configuration!;
}

function problemsOf(...layers: ConfigurationLayer[]): readonly string[] {
  const { configuration, problems } = resolveConfiguration(layers, "/project");
  assert.equal(configuration, undefined);
  return problems.map(({ message }) => message);
}

/** A value of every setting, as text. */
const texts: Readonly<Record<string, string>> = {
  store: "file:other.db",
  stores: "main=file:a.db,archive=file:b.db",
  synchronous: "normal",
  tablePrefix: "app_",
  authToken: "secret",
  tasks: "jobs",
  role: "worker",
  name: "night shift",
  timeZone: "europe/berlin",
  maxConcurrentJobs: "7",
  maxInputBytes: "1000",
  maxResultBytes: "2000",
  tags: "gpu, big",
  executors: "heavy=./heavy.ts",
  lease: "45s",
  abortGrace: "PT2S",
  serializer: "cbor",
  logLevel: "debug",
  http: "127.0.0.1:8000",
  allowedHosts: "jobs.example.com",
  tokens: "Zk3v9sQx7LrT2nWbY5pHcA,ada:T2nWb7LrY5pHcAZk3v9sQx,bob:viewer:Y5pHcAT2nWb7LrZk3v9sQx",
  "defaults.priority": "-3",
  "defaults.ageing": "5m",
  "defaults.timeout": "1h30m",
  "defaults.retry.maxAttempts": "5",
  "defaults.retry.backoff": "fixed",
  "defaults.retry.base": "500ms",
  "defaults.retry.factor": "1.5",
  "defaults.retry.cap": "2m",
  "defaults.retry.jitter": "0.5",
  "defaults.timeToLive": "1d",
  "defaults.retention.success": "none",
  "defaults.retention.other": "4w",
  "defaults.retention.maxSuccess": "100",
  "defaults.retention.maxOther": "1000",
  broker: "store",
  "defaults.executor": "heavy",
  "defaults.onLostLease": "abandon",
  "defaults.maxLostLeases": "2",
  "defaults.tags": "gpu,big",
  "defaults.maxRunningJobs": "none",
  "defaults.misfireGraceTime": "10s",
};

test("settings cover every option of the scheduler that can be given as text", () => {
  // Code alone can give a clock, a logger and middleware; tasks are found in their folder.
  const inCode = ["clock", "random", "logger", "defaults", "use"];
  const paths = settings.map(({ path }) => path);
  for (const key of schedulerOptionKeys) assert.ok(inCode.includes(key) || paths.includes(key), key);
  for (const key of defaultOptionKeys) {
    assert.ok(paths.some((path) => path === `defaults.${key}` || path.startsWith(`defaults.${key}.`)), key);
  }
});

test("the defaults that settings name are those that jobs run with", () => {
  const { retry, retention, ...run } = defaultRunSettings;
  const { backoff } = retry;
  assert.ok(backoff.kind === "exponential");
  const wanted: Readonly<Record<string, unknown>> = {
    "priority": run.priority,
    "ageing": length(run.ageingMs),
    "timeout": length(run.timeoutMs),
    "retry.maxAttempts": retry.maxAttempts,
    "retry.backoff": backoff.kind,
    "retry.base": length(backoff.baseMs),
    "retry.factor": backoff.factor,
    "retry.cap": length(backoff.capMs),
    "retry.jitter": backoff.jitter,
    "timeToLive": length(run.timeToLiveMs),
    "retention.success": length(retention.successMs),
    "retention.other": length(retention.otherMs),
    "retention.maxSuccess": retention.maxSuccess ?? "any number",
    "retention.maxOther": retention.maxOther ?? "any number",
    "executor": run.executor ?? "eventLoop",
    "onLostLease": run.onLostLease,
    "maxLostLeases": run.maxLostLeases,
    "tags": run.tags.join() || "none",
    "maxRunningJobs": run.maxRunningJobs,
    "misfireGraceTime": length(run.misfireGraceTimeMs),
  };
  const named = settings.filter(({ path }) => path.startsWith("defaults."))
    .map(({ path, fallback }) => [path.slice("defaults.".length), fallback]);
  assert.deepEqual(
    Object.fromEntries(named),
    Object.fromEntries(Object.entries(wanted).map(([path, value]) => [path, String(value)])),
  );
});

function length(ms: number | null): string {
  if (ms === null) return "none";
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
  const [unit, unitMs] = Object.entries(units).find(([, unitMs]) => ms % unitMs === 0)!;
  return `${ms / unitMs}${unit}`;
}

test("resolveConfiguration() reads every setting from the environment", () => {
  assert.deepEqual(settings.map(({ path }) => path).sort(), Object.keys(texts).sort());
  for (const setting of settings) {
    const environment = { [variableOf(setting)]: texts[setting.path]! };
    const extra = setting.path.startsWith("defaults.retry.")
      ? { CARILLON_DEFAULTS_RETRY_MAX_ATTEMPTS: "2" }
      : {};
    const { sources } = resolved(environmentLayer({ ...extra, ...environment }));
    assert.equal(sources.get(setting.path), variableOf(setting));
  }
});

test("resolveConfiguration() gives values the form that the scheduler takes", () => {
  const { stores: _, ...rest } = texts;
  const said = Object.fromEntries(
    Object.entries(rest).map(([path, text]) => [variableOf({ path }), text]),
  );
  const { options, stores, libsql, tasks, http, tokens, executors, serializer, logLevel } = resolved(
    environmentLayer(said),
  );
  assert.deepEqual(stores, { main: "file:other.db" });
  assert.deepEqual(libsql, { synchronous: "normal", tablePrefix: "app_", authToken: "secret" });
  assert.equal(tasks, "/project/jobs");
  assert.deepEqual(http, { hostname: "127.0.0.1", port: 8000 });
  assert.deepEqual(tokens, [
    "Zk3v9sQx7LrT2nWbY5pHcA",
    { name: "ada", token: "T2nWb7LrY5pHcAZk3v9sQx" },
    { name: "bob", role: "viewer", token: "Y5pHcAT2nWb7LrZk3v9sQx" },
  ]);
  assert.deepEqual(executors, { heavy: "./heavy.ts" });
  assert.deepEqual([serializer, logLevel], ["cbor", "debug"]);
  assert.deepEqual(options, {
    role: "worker",
    name: "night shift",
    timeZone: "Europe/Berlin",
    maxConcurrentJobs: 7,
    maxInputBytes: 1000,
    maxResultBytes: 2000,
    tags: ["gpu", "big"],
    lease: "45s",
    abortGrace: "PT2S",
    broker: "store",
    defaults: {
      priority: -3,
      ageing: "5m",
      timeout: "1h30m",
      retry: {
        maxAttempts: 5,
        backoff: "fixed",
        base: "500ms",
        factor: 1.5,
        cap: "2m",
        jitter: 0.5,
      },
      timeToLive: "1d",
      retention: { success: null, other: "4w", maxSuccess: 100, maxOther: 1000 },
      executor: "heavy",
      onLostLease: "abandon",
      maxLostLeases: 2,
      tags: ["gpu", "big"],
      maxRunningJobs: null,
      misfireGraceTime: "10s",
    },
  });
});

test("resolveConfiguration() takes the value of the first layer that gives one", () => {
  const configuration = resolved(
    layer("--name", { name: "from the option" }),
    layer("CARILLON_X", { name: "from the environment", timeZone: "Asia/Tokyo" }),
    layer("file", { name: "from the file", timeZone: "UTC", maxConcurrentJobs: 3 }),
  );
  assert.equal(configuration.options.name, "from the option");
  assert.equal(configuration.options.timeZone, "Asia/Tokyo");
  assert.equal(configuration.options.maxConcurrentJobs, 3);
  assert.equal(configuration.sources.get("timeZone"), "CARILLON_X");
});

test("resolveConfiguration() has defaults for everything", () => {
  const { stores, tasks, http, tokens, options } = resolved();
  assert.deepEqual(stores, { main: "file:carillon.db" });
  assert.equal(tasks, "/project/tasks");
  assert.deepEqual([http, tokens, options], [undefined, [], { defaults: {} }]);
});

test("resolveConfiguration() lets a store win over stores given further down, and refuses both in one place", () => {
  const stores = { a: "file:a.db" };
  const won = resolved(layer("--store", { store: "file:x.db" }), layer("file", { stores }));
  assert.deepEqual(won.stores, { main: "file:x.db" });
  const other = resolved(layer("CARILLON_STORES", { stores }), layer("file", { store: "file:x.db" }));
  assert.deepEqual(other.stores, stores);
  const [problem] = problemsOf(layer("file", { store: "file:x.db", stores }));
  assert.match(problem!, /'store' cannot go with 'stores' \(in file\)/);
});

test("resolveConfiguration() reports all problems at once, each with where it comes from", () => {
  const environment = environmentLayer({
    CARILLON_LEASE: "soon",
    CARILLON_ROLE: "boss",
    CARILLON_STROE: "file:a.db",
    CARILLON_TIME_ZONE: "Berln",
    CARILLON_HTTP: "",
  });
  const problems = problemsOf(environment, layer("file", { maxConcurrentJobs: 0, store: "nowhere" }));
  assert.equal(problems.length, 6);
  const text = problems.join("\n");
  assert.match(text, /CARILLON_STROE: there is no such setting; did you mean 'CARILLON_STORE'\?/);
  assert.match(text, /'lease' of the configuration must be a duration .*'soon' \(from CARILLON_LEASE\)/);
  assert.match(text, /'role' .*must be one of .*'boss' \(from CARILLON_ROLE\)/);
  assert.match(text, /no time zone 'Berln'.*\(from CARILLON_TIME_ZONE\)/);
  assert.match(text, /'maxConcurrentJobs' .*\(from file\)/);
  assert.match(text, /address 'nowhere' .*\(from file\)/);
});

test("resolveConfiguration() sees settings that do not fit each other", () => {
  const [problem, ...more] = problemsOf(
    layer("file", {
      "defaults.retry.maxAttempts": 3,
      "defaults.retry.base": "2h",
      "defaults.retry.cap": "1h",
    }),
  );
  assert.match(problem!, /'retry\.cap' .*must not be shorter than 'base'.*\(from file\)/);
  assert.deepEqual(more, []);
});

test("resolveConfiguration() never shows a secret", () => {
  const problems = problemsOf(layer("CARILLON_TOKENS", { tokens: ["very secret!"] }));
  assert.match(problems[0]!, /'tokens' .*must be a list of tokens/);
  assert.doesNotMatch(problems[0]!, /very secret/);
});
