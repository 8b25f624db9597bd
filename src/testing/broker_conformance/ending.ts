import assert from "node:assert/strict";
import type { Check } from "./run_check.ts";

/** How connections end. */
export const ending: Readonly<Record<string, Check>> = {
  async "close() lets arrive what was published before"({ party }) {
    const sender = await party();
    const { heard } = await party();
    const texts = Array.from({ length: 100 }, (_, n) => `message ${n}`);
    for (const text of texts) sender.connection.publish(text);
    await sender.connection.close();
    await heard.message(texts.at(-1)!);
    assert.deepEqual(heard.messages, texts);
  },
  async "close() ends delivery, at once"({ party }) {
    const [sender, closed, open] = [await party(), await party(), await party()];
    const closing = closed.connection.close();
    sender.connection.publish("one");
    await closing;
    sender.connection.publish("two");
    await open.heard.message("two");
    assert.deepEqual(closed.heard.messages, []);
  },
  async "close() may be called again, and what is published later is dropped"({ party }) {
    const [sender, other] = [await party(), await party()];
    await Promise.all([sender.connection.close(), sender.connection.close()]);
    await sender.connection.close();
    sender.connection.publish("too late");
    const late = await party();
    late.connection.publish("in time");
    await other.heard.message("in time");
    assert.deepEqual(other.heard.messages, ["in time"]);
  },
  async "connect() works again after close()"({ party }) {
    const first = await party();
    await first.connection.close();
    const again = await party(first.broker);
    const other = await party();
    other.connection.publish("hello");
    again.connection.publish("hello yourself");
    await again.heard.message("hello");
    await other.heard.message("hello yourself");
    assert.deepEqual(first.heard.messages, []);
  },
};

/** How connections are lost and come back. */
export const mending: Readonly<Record<string, Check>> = {
  async "a lost connection is told, mended, and told again"({ party, interrupt }) {
    const [broken, other] = [await party(), await party()];
    await interrupt(broken.broker);
    // Nobody knows when a network notices: what is published meanwhile may be lost.
    broken.connection.publish("lost, perhaps");
    await broken.heard.until(() => broken.heard.troubles.includes("mended"), "it was not mended");
    assert.deepEqual(broken.heard.troubles.slice(0, 2), ["lost", "mended"]);
    broken.connection.publish("there again");
    await other.heard.message("there again");
    other.connection.publish("welcome");
    await broken.heard.message("welcome");
    for (const { heard } of [broken, other]) {
      assert.equal(new Set(heard.messages).size, heard.messages.length, "a message came twice");
    }
  },
  async "close() of a lost connection ends it for good"({ party, interrupt }) {
    const [broken, other, open] = [await party(), await party(), await party()];
    await interrupt(broken.broker);
    await broken.connection.close();
    const troubles = broken.heard.troubles.length;
    other.connection.publish("anybody there?");
    await open.heard.message("anybody there?");
    assert.deepEqual(broken.heard.messages, []);
    assert.equal(broken.heard.troubles.length, troubles, "it told more after close()");
  },
};
