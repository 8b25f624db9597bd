import { test } from "node:test";
import type { EventBroker } from "carillon";
import { brokerConformance } from "carillon/testing";

/** An event broker of your own: here one for schedulers in several threads of one process. */
function threads(channel: string): EventBroker {
  return {
    kind: "threads",
    connect({ onMessage }) {
      const port = new BroadcastChannel(channel);
      let isOpen = true;
      port.onmessage = ({ data }) => {
        if (isOpen) onMessage(data);
      };
      return Promise.resolve({
        publish(message) {
          if (isOpen) port.postMessage(message);
        },
        close() {
          isOpen = false;
          port.close();
          return Promise.resolve();
        },
      });
    },
  };
}

brokerConformance({
  test: (name, body) => test(`threads broker: ${name}`, body),
  makeBroker: (channel) => threads(channel),
});
