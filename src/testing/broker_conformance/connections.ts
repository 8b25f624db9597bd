import assert from "node:assert/strict";
import { MESSAGE_BYTES_MIN } from "../../brokers/event_broker.ts";
import type { Check } from "./broker_check.ts";

/** The longest message tried on a broker without a limit. */
const LONG_BYTES = 262_144;

/** Publishing and receiving messages. */
export const publishing: Readonly<Record<string, Check>> = {
  async "connect() receives what others publish from then on"({ party }) {
    const one = await party();
    const two = await party();
    one.connection.publish("to two");
    two.connection.publish("to one");
    await two.heard.message("to two");
    await one.heard.message("to one");
  },
  async "connect() lets several listeners share one broker"({ party }) {
    const one = await party();
    const two = await party(one.broker);
    const three = await party(one.broker);
    one.connection.publish("first");
    await two.heard.message("first");
    await three.heard.message("first");
    await two.connection.close();
    one.connection.publish("second");
    await three.heard.message("second");
    assert.deepEqual(two.heard.messages, ["first"]);
  },
  async "publish() delivers strings unchanged"({ party }) {
    const texts = [
      "plain",
      '{"quotes":"\\"double\\" and \'single\'"}',
      " blanks  at its ends ",
      "two\nlines\r\n\tand tabs",
      "umlauts äöü, kanji 漢字, emoji 👩‍🚀",
      "\\ backslash % percent $1 dollar ; -- /* */ \u0001",
    ];
    const sender = await party();
    const { heard } = await party();
    for (const text of texts) sender.connection.publish(text);
    await heard.message(texts.at(-1)!);
    assert.deepEqual(heard.messages, texts);
  },
  async "publish() delivers a message of any promised length whole"({ party }) {
    const sender = await party();
    const { heard } = await party();
    const { messageBytesMax = LONG_BYTES } = sender.broker;
    assert.ok(messageBytesMax >= MESSAGE_BYTES_MIN, `carries only ${messageBytesMax} bytes`);
    const bytes = Math.min(messageBytesMax, LONG_BYTES);
    const ascii = "a".repeat(bytes);
    const wide = "漢".repeat(Math.floor(bytes / 3));
    for (const text of [ascii, wide, "last"]) sender.connection.publish(text);
    await heard.message("last");
    assert.deepEqual(heard.messages.map((text) => text.length), [ascii.length, wide.length, 4]);
    assert.ok(heard.messages[0] === ascii && heard.messages[1] === wide, "a long message was changed");
  },
  async "publish() drops messages that are too long, and continues"({ party }) {
    const sender = await party();
    const { heard } = await party();
    const { messageBytesMax } = sender.broker;
    if (messageBytesMax === undefined) return;
    sender.connection.publish("a".repeat(messageBytesMax + 1));
    sender.connection.publish("漢".repeat(Math.floor(messageBytesMax / 3) + 1));
    sender.connection.publish("last");
    await heard.message("last");
    assert.deepEqual(heard.messages, ["last"]);
  },
  async "publish() keeps the order, and delivers each message once to every listener"({ party }) {
    const sender = await party();
    const listeners = [await party(), await party(), await party(sender.broker)];
    const texts = Array.from({ length: 500 }, (_, n) => `message ${n}`);
    for (const text of texts) sender.connection.publish(text);
    for (const { heard } of listeners) {
      await heard.message(texts.at(-1)!);
      assert.deepEqual(heard.messages, texts);
    }
  },
  async "publish() delivers a sender its own message once at most"({ party }) {
    const one = await party();
    const two = await party();
    one.connection.publish("own");
    await two.heard.message("own");
    two.connection.publish("reply");
    await one.heard.message("reply");
    assert.ok(one.heard.messages.filter((text) => text === "own").length <= 1, "it came more than once");
  },
  async "publish() returns before anything is delivered"({ party }) {
    const sender = await party();
    const { heard } = await party(sender.broker);
    assert.equal(sender.connection.publish("text") as unknown, undefined);
    assert.deepEqual(heard.messages, []);
    await heard.message("text");
  },
  async "publish() does not reach another channel"({ party, makeBroker, channel }) {
    const [sender, near] = [await party(), await party()];
    const far = [await party(makeBroker(`${channel}-2`)), await party(makeBroker(`${channel}-2`))] as const;
    sender.connection.publish("near");
    await near.heard.message("near");
    far[0].connection.publish("far");
    await far[1].heard.message("far");
    assert.deepEqual(far[1].heard.messages, ["far"]);
    assert.ok(!near.heard.messages.includes("far"), "a message of another channel was heard");
  },
};

/** Closing connections. */
export const ending: Readonly<Record<string, Check>> = {
  async "close() waits for the delivery of what was published before"({ party }) {
    const sender = await party();
    const { heard } = await party();
    const texts = Array.from({ length: 100 }, (_, n) => `message ${n}`);
    for (const text of texts) sender.connection.publish(text);
    await sender.connection.close();
    await heard.message(texts.at(-1)!);
    assert.deepEqual(heard.messages, texts);
  },
  async "close() ends delivery at once"({ party }) {
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

/** Connections that are lost and restored. */
export const mending: Readonly<Record<string, Check>> = {
  async "a lost connection is reported, restored, and reported again"({ party, interrupt }) {
    const [broken, other] = [await party(), await party()];
    await interrupt(broken.broker);
    // It is uncertain when a network notices: what is published meanwhile may be lost.
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
    other.connection.publish("are you there?");
    await open.heard.message("are you there?");
    assert.deepEqual(broken.heard.messages, []);
    assert.equal(broken.heard.troubles.length, troubles, "it reported more after close()");
  },
};
