import { eventLoop } from "../../src/executors/event_loop.ts";
import { executorConformance } from "../../src/testing/executor_conformance.ts";
import { test } from "../harness.ts";

executorConformance({
  test: (name, body) => test(`eventLoop: ${name}`, body),
  makeExecutor: () => eventLoop(),
});
