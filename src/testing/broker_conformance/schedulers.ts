import assert from "node:assert/strict";
import type { CarillonEvent } from "../../events/event.ts";
import { eventLoop } from "../../executors/event_loop.ts";
import { task } from "../../registry/task.ts";
import { Scheduler } from "../../scheduler/scheduler.ts";
import { memory } from "../../stores/memory.ts";
import type { Check, Heard, Scene } from "./broker_check.ts";

const greet = task({ name: "greet", run: () => "hello" });

/** Messages of other programs, or of newer code, on the same channel. */
const FOREIGN = [
  "not JSON",
  "{",
  "null",
  "[]",
  '"text"',
  '{"carillon":99,"from":"x","name":"x","event":{"type":"taskAdded","atMs":1,"store":"main","taskName":"x"}}',
  '{"carillon":1,"from":"x","name":"x","event":{"type":"fromTheFuture","atMs":1,"store":"main"}}',
  '{"carillon":1,"from":"x","name":"x","event":{"type":"toString"}}',
  '{"carillon":1,"from":"x","name":"x","event":{"type":"taskAdded","atMs":"now","store":"main","taskName":"x"}}',
  '{"carillon":1,"from":"x","name":"x","event":{"type":"jobFinished","atMs":1,"store":"main"}}',
  '{"carillon":1,"from":{},"name":"x","event":{"type":"taskAdded","atMs":1,"store":"main","taskName":"x"}}',
];

/** Schedulers that share a broker. */
export const schedulers: Readonly<Record<string, Check>> = {
  async "schedulers receive each other's events once, and their own not again"(scene) {
    await withTwo(scene, async ({ one, two, oneHeard, twoHeard }) => {
      await one.runJob(greet, undefined, { id: "by-one" });
      await twoHeard.message("jobFinished by-one from one");
      await two.runJob(greet, undefined, { id: "by-two" });
      await oneHeard.message("jobFinished by-two from two");
      for (const { messages } of [oneHeard, twoHeard]) {
        const ends = messages.filter((text) => text.startsWith("jobFinished")).map((text) =>
          text.split(" ")[1]
        );
        assert.deepEqual(ends, ["by-one", "by-two"]);
      }
    });
  },
  async "schedulers ignore messages that are not events, and continue"(scene) {
    await withTwo(scene, async ({ one, oneHeard, twoHeard }) => {
      const stranger = await scene.party();
      const before = twoHeard.messages.length;
      for (const text of FOREIGN) stranger.connection.publish(text);
      stranger.connection.publish("the last of these");
      const witness = await scene.party();
      stranger.connection.publish("seen");
      await witness.heard.message("seen");
      await one.runJob(greet, undefined, { id: "after" });
      await twoHeard.message("jobFinished after from one");
      const told = twoHeard.messages.slice(before);
      assert.deepEqual(told.filter((text) => !text.endsWith("from one")), []);
      assert.deepEqual(oneHeard.messages.filter((text) => / from /.test(text)), []);
    });
  },
};

interface Two {
  readonly one: Scheduler;
  readonly two: Scheduler;
  readonly oneHeard: Heard;
  readonly twoHeard: Heard;
}

/** Two schedulers on one store, joined by brokers of their own. */
async function withTwo({ makeBroker, ears }: Scene, use: (two: Two) => Promise<void>): Promise<void> {
  const store = memory();
  const make = (name: string) => {
    const scheduler = new Scheduler({
      name,
      store,
      tasks: [greet],
      executors: { eventLoop: eventLoop() },
      broker: makeBroker(),
      logger: false,
    });
    const heard = ears();
    scheduler.subscribe((event) => heard.onMessage(textOf(event)), { types: ["task", "schedule", "job"] });
    return [scheduler, heard] as const;
  };
  const [[one, oneHeard], [two, twoHeard]] = [make("one"), make("two")];
  try {
    await one.open();
    await two.open();
    await use({ one, two, oneHeard, twoHeard });
  } finally {
    await one.stop();
    await two.stop();
  }
}

function textOf(event: CarillonEvent): string {
  const about = "jobId" in event ? event.jobId : "";
  return `${event.type} ${about}${event.origin === undefined ? "" : ` from ${event.origin}`}`;
}
