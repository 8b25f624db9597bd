import assert from "node:assert/strict";
import { defaultRunSettings, mergeOverrides, resolveRunSettings } from "../../src/model/settings.ts";
import { test } from "../harness.ts";

test("resolveRunSettings() returns the defaults where no level gives a value", () => {
  assert.deepEqual(resolveRunSettings(), defaultRunSettings);
  assert.deepEqual(resolveRunSettings(undefined, {}), defaultRunSettings);
});

test("resolveRunSettings() takes the value of the first level that gives one", () => {
  const resolved = resolveRunSettings({ priority: 1 }, undefined, { priority: 2, timeoutMs: 5 }, {
    timeoutMs: 6,
  });
  assert.deepEqual(resolved, { ...defaultRunSettings, priority: 1, timeoutMs: 5 });
});

test("resolveRunSettings() takes null as saying none, and undefined as saying nothing", () => {
  const level = { maxRunningJobs: null, priority: undefined } as { maxRunningJobs: null };
  const resolved = resolveRunSettings(level, { maxRunningJobs: 4, priority: 3 });
  assert.deepEqual(resolved, { ...defaultRunSettings, maxRunningJobs: null, priority: 3 });
});

test("resolveRunSettings() takes retry and retention whole from one level", () => {
  const retention = { successMs: null, otherMs: 5 };
  const resolved = resolveRunSettings({ retention }, { retention: { successMs: 1, otherMs: 1 } });
  assert.deepEqual(resolved.retention, retention);
});

test("mergeOverrides() returns only what was given, and changes no level", () => {
  const [first, second] = [Object.freeze({ priority: 1 }), Object.freeze({ priority: 2, timeoutMs: null })];
  assert.deepEqual(mergeOverrides(first, undefined, second), { priority: 1, timeoutMs: null });
  assert.deepEqual(mergeOverrides(), {});
});
