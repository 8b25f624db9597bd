import assert from "node:assert/strict";
import { MESSAGE_BYTES_MIN } from "../../brokers/event_broker.ts";
import type { Check } from "./broker_check.ts";

/** How much is tried of a broker that carries any length. */
const LONG_BYTES = 262_144;

/** What a message goes through. */
export const publishing: Readonly<Record<string, Check>> = {
  async "connect() hears what others publish from then on"({ party }) {
    const one = await party();
    const two = await party();
    one.connection.publish("to two");
    two.connection.publish("to one");
    await two.heard.message("to two");
    await one.heard.message("to one");
  },
  async "connect() lets several listen by one broker, each for itself"({ party }) {
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
  async "publish() carries texts as they are"({ party }) {
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
  async "publish() carries a message of any length it promises, whole"({ party }) {
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
  async "publish() drops what is too long, and goes on"({ party }) {
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
  async "publish() keeps the order, and brings each message once to everybody"({ party }) {
    const sender = await party();
    const listeners = [await party(), await party(), await party(sender.broker)];
    const texts = Array.from({ length: 500 }, (_, n) => `message ${n}`);
    for (const text of texts) sender.connection.publish(text);
    for (const { heard } of listeners) {
      await heard.message(texts.at(-1)!);
      assert.deepEqual(heard.messages, texts);
    }
  },
  async "publish() brings a sender its own message once at the most"({ party }) {
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
  async "publish() reaches nobody on another channel"({ party, makeBroker, channel }) {
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
