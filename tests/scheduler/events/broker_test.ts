import assert from "node:assert/strict";
import { z } from "zod";
import { localBroker } from "../../../src/brokers/local_broker.ts";
import type { EventBroker } from "../../../src/brokers/event_broker.ts";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { interceptStore } from "../../../src/testing/intercept_store.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { UnsteadyNetwork } from "../../brokers/unsteady_broker.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

const double = task({ name: "double", input: z.number(), run: (n) => n * 2 });

/** A store that tells nobody when others change it. */
function deafStores() {
  const store = memory();
  const deaf = () => {
    const through = interceptStore(store, (_call, proceed) => proceed());
    return Object.assign(Object.create(through), { watch: () => () => {} }) as typeof through;
  };
  return [deaf(), deaf()] as const;
}

function logging() {
  const lines: string[] = [];
  const line = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const logger = { debug() {}, info: line("info"), warn: line("warn"), error: line("error") };
  const of = (text: string) => lines.filter((one) => one.includes(text));
  return { logger, of };
}

test("an event broker brings listeners the events of others, with who told them", async () => {
  const broker = localBroker();
  const { one, two } = setUpTwo({ tasks: [double], broker }, { role: "client", broker });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await two.scheduler.open();
  await one.scheduler.runJob(double, 21, { id: "a" });
  await settle(one.clock);
  const ofJob = two.events.filter((event) => "jobId" in event && event.jobId === "a");
  assert.deepEqual(ofJob.map(({ type, origin }) => [type, origin]), [
    ["jobAdded", "one"],
    ["jobClaimed", "one"],
    ["jobStarted", "one"],
    ["jobFinished", "one"],
  ]);
  const last = ofJob.at(-1);
  assert.ok(last?.type === "jobFinished");
  assert.equal(last.local, undefined);
  assert.ok(one.events.every(({ origin }) => origin === undefined), "a scheduler heard itself");
});

test("subscribe({ from }) hears only what happens here, or only what others tell", async () => {
  const broker = localBroker();
  const { one, two } = setUpTwo({ tasks: [double], broker }, { tasks: [double], broker });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.open();
  const here: string[] = [];
  const elsewhere: string[] = [];
  one.scheduler.subscribe(({ jobId }) => here.push(jobId), { types: "jobFinished", from: "own" });
  one.scheduler.subscribe(({ jobId }) => elsewhere.push(jobId), { types: "jobFinished", from: "others" });
  await one.scheduler.runJob(double, 1, { id: "mine" });
  await two.scheduler.runJob(double, 1, { id: "theirs" });
  await settle(one.clock);
  assert.deepEqual([here, elsewhere], [["mine"], ["theirs"]]);
  const options = { from: "anywhere" } as unknown as { from: "own" };
  assert.throws(() => one.scheduler.subscribe(() => {}, options), refusal("invalidOption", /'from'/));
});

test("tick() counts the jobs that finished here, not those of others", async () => {
  const broker = localBroker();
  const { one, two, clock } = setUpTwo({ role: "scheduler", broker }, { tasks: [double], broker });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  one.scheduler.subscribe(() => two.scheduler.runJob(double, 1), { types: "schedulerStarted", from: "own" });
  const ticking = one.scheduler.tick({ timeout: { seconds: 1 } });
  await clock.advance({ seconds: 2 });
  assert.equal((await ticking).finishedJobs, 0);
  assert.ok(one.types("jobFinished").length > 0);
});

test("what others tell wakes the loops and those who wait for jobs, where the store tells nobody", async () => {
  const broker = localBroker();
  const [forWorker, forClient] = deafStores();
  const { one, two, clock } = setUpTwo(
    { store: forWorker, role: "worker", tasks: [double], broker },
    { store: forClient, role: "client", broker },
  );
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.open();
  const running = two.scheduler.runJob(double, 21);
  await clock.advance({ milliseconds: 100 });
  const late = Symbol("late");
  assert.equal(await Promise.race([running, clock.advance({ milliseconds: 500 }).then(() => late)]), 42);
});

test("an event broker that cannot be reached stops nothing, and is tried again", async () => {
  const network = new UnsteadyNetwork();
  const { logger, of } = logging();
  network.goDown();
  const { one, two, clock } = setUpTwo(
    { tasks: [double], broker: network.broker("a"), logger },
    { tasks: [double], broker: network.broker("a") },
  );
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  const opening = one.scheduler.open();
  await clock.advance({ seconds: 6 });
  await opening;
  assert.equal(of("cannot be reached").length, 1);
  assert.equal(await one.scheduler.runJob(double, 1, { id: "alone" }), 2);
  network.comeUp();
  await two.scheduler.open();
  await clock.advance({ minutes: 1 });
  assert.equal(of("is connected").length, 1);
  await one.scheduler.runJob(double, 2, { id: "heard" });
  await settle(clock);
  const heard = two.events.flatMap((event) =>
    event.type === "jobFinished" && event.origin === "one" ? [event.jobId] : []
  );
  assert.deepEqual(heard, ["alone", "heard"], "what was told before the first connection was kept for it");
});

test("an event broker that never answers holds opening up for five seconds, and stopping not at all", async () => {
  const never: EventBroker = { kind: "never", connect: () => new Promise(() => {}) };
  const { scheduler, clock } = setUp({ tasks: [double], broker: never });
  await using _ = scheduler;
  const opening = scheduler.open();
  await clock.advance({ seconds: 4 });
  assert.equal(
    await Promise.race([opening.then(() => "open"), settle(clock).then(() => "opening")]),
    "opening",
  );
  await clock.advance({ seconds: 1 });
  await opening;
  assert.equal(await scheduler.runJob(double, 1), 2);
  await scheduler.stop();
});

test("a lost event broker is logged; once it is back, what was not heard is looked for", async () => {
  const network = new UnsteadyNetwork();
  const { logger, of } = logging();
  const [forWorker, forClient] = deafStores();
  const broker = network.broker("a");
  const { one, two, clock } = setUpTwo(
    { store: forWorker, role: "worker", tasks: [double], broker, logger },
    { store: forClient, role: "client", broker: network.broker("a") },
  );
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await clock.advance({ milliseconds: 100 });
  network.lose(broker);
  const handle = await two.scheduler.addJob(double, 4);
  await clock.advance({ seconds: 1 });
  assert.equal((await handle.status()).state, "ready");
  network.mend(broker);
  await settle(clock);
  assert.equal((await handle.status()).state, "finished");
  assert.deepEqual([of("was lost").length, of("was restored").length], [1, 1]);
});

test("what is no event is said once, and stops nothing", async () => {
  const broker = localBroker();
  const { logger, of } = logging();
  const { scheduler, events, clock } = setUp({ tasks: [double], broker, logger });
  await using _ = scheduler;
  await scheduler.open();
  const stranger = await broker.connect({ onMessage() {}, onLost() {}, onReconnected() {} });
  const before = events.length;
  for (const text of ["nonsense", "{}", '{"carillon":1}']) stranger.publish(text);
  await settle(clock);
  assert.deepEqual([of("was ignored").length, events.length], [1, before]);
  await stranger.close();
});

test("an event that is too long for the broker is not told, and said once", async () => {
  const published: string[] = [];
  const connection = {
    publish: (message: string) => void published.push(message),
    close: () => Promise.resolve(),
  };
  const broker: EventBroker = {
    kind: "narrow",
    messageBytesMax: 300,
    connect: () => Promise.resolve(connection),
  };
  const { logger, of } = logging();
  const { scheduler } = setUp({ name: "漢".repeat(20), tasks: [double], broker, logger });
  await using _ = scheduler;
  assert.equal(await scheduler.runJob(double, 1), 2);
  await scheduler.startInBackground();
  await scheduler.stop();
  assert.ok(published.length > 0, "short ones are told");
  assert.ok(published.every((message) => new TextEncoder().encode(message).length <= 300));
  assert.equal(of("too long").length, 1);
});

test("a broker is closed by stop(), after it has told that the scheduler stopped; a start connects again", async () => {
  const broker = localBroker();
  const told: string[] = [];
  const listener = { onMessage: (text: string) => void told.push(text), onLost() {}, onReconnected() {} };
  const witness = await broker.connect(listener);
  const clock = new VirtualClock();
  const { scheduler } = setUp({ clock, tasks: [double], broker });
  await using _ = scheduler;
  for (let round = 0; round < 2; round++) {
    told.splice(0);
    await scheduler.startInBackground();
    await scheduler.stop();
    await settle(clock);
    const types = told.map((text) => (JSON.parse(text) as { event: { type: string } }).event.type);
    assert.deepEqual(types.filter((type) => type.startsWith("scheduler")), [
      "schedulerStarting",
      "schedulerStarted",
      "schedulerStopping",
      "schedulerStopped",
    ]);
  }
  await witness.close();
});

test("what is no event broker is refused", () => {
  const broker = { publish() {} } as unknown as EventBroker;
  assert.throws(() => setUp({ broker }), refusal("invalidOption", /'broker'.*localBroker/));
});
