import assert from "node:assert/strict";
import { FailureThrottle } from "../../../src/http/auth/failure_throttle.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";
import { TOKEN, withControl } from "../control_fixture.ts";

test("FailureThrottle refuses a peer after ten failures, until the minute is over", async () => {
  const clock = new VirtualClock();
  const throttle = new FailureThrottle(clock);
  for (let i = 0; i < 9; i++) throttle.failed("10.0.0.1");
  assert.equal(throttle.refusedMs("10.0.0.1"), 0);
  await clock.advance({ seconds: 20 });
  throttle.failed("10.0.0.1");
  assert.deepEqual([throttle.refusedMs("10.0.0.1"), throttle.refusedMs("10.0.0.2")], [40_000, 0]);
  await clock.advance({ seconds: 40 });
  assert.equal(throttle.refusedMs("10.0.0.1"), 0);
});

test("FailureThrottle counts a network of IPv6 addresses as one peer, and forgets the oldest of many", () => {
  const throttle = new FailureThrottle(new VirtualClock());
  for (let i = 0; i < 10; i++) throttle.failed(`2001:db8:1:2:${i}:1:1:1`);
  assert.ok(throttle.refusedMs("2001:db8:1:2:ffff::1") > 0);
  for (let i = 0; i < 10_001; i++) throttle.failed(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  assert.equal(throttle.refusedMs("2001:db8:1:2:ffff::1"), 0);
});

test("authenticate() answers 429 after ten failures of a peer, logs each failure, and leaves others alone", async () => {
  const clock = new VirtualClock();
  const logged: unknown[] = [];
  const note = (_message: string, fields?: Readonly<Record<string, unknown>>) =>
    void logged.push(fields?.["peer"]);
  const logger = { debug: () => {}, info: () => {}, warn: note, error: note };
  await withControl(async ({ app }) => {
    const ask = async (token: string, remoteAddress: string) =>
      await app.request("/tasks", { headers: { Authorization: `Bearer ${token}` } }, { remoteAddress });
    for (let i = 0; i < 10; i++) assert.equal((await ask("wrong", "10.0.0.1")).status, 401);
    const refused = await ask(TOKEN, "10.0.0.1");
    assert.deepEqual([refused.status, refused.headers.get("Retry-After")], [429, "60"]);
    assert.equal((await refused.json() as { readonly code: string }).code, "tooManyRequests");
    assert.equal((await ask(TOKEN, "10.0.0.2")).status, 200);
    assert.deepEqual(logged, Array(10).fill("10.0.0.1"));
    await clock.advance({ minutes: 1 });
    assert.equal((await ask(TOKEN, "10.0.0.1")).status, 200);
  }, { app: { auth: { tokens: [TOKEN] }, clock, logger }, scheduler: { clock } });
});

test("authenticate() lets nobody lock out the others behind a proxy on this machine", async () => {
  await withControl(async ({ app }) => {
    const ask = async (token: string) =>
      await app.request("/tasks", { headers: { Authorization: `Bearer ${token}` } }, {
        remoteAddress: "127.0.0.1",
      });
    for (let i = 0; i < 10; i++) await ask("wrong");
    assert.deepEqual([(await ask("wrong")).status, (await ask(TOKEN)).status], [429, 200]);
  }, { app: { auth: { tokens: [TOKEN] } } });
});
