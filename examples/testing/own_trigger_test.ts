import { test } from "node:test";
import { registerTrigger } from "carillon";
import { triggerConformance } from "carillon/testing";
import { z } from "zod";

/** A kind of trigger of your own: every so many thousand seconds since 1970. */
const kiloseconds = registerTrigger(
  "example.kiloseconds",
  z.strictObject({ every: z.int().min(1) }),
  ({ every }) => ({
    nextAfterMs: (epochMs) => (Math.floor(epochMs / (every * 1e6)) + 1) * every * 1e6,
  }),
);

triggerConformance({
  test,
  name: "kiloseconds",
  triggers: () => [kiloseconds({ every: 1 }), kiloseconds({ every: 86 })],
});
