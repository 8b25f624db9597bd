import { worker } from "../../src/executors/worker_threads.ts";
import { executorConformance } from "../../src/testing/executor_conformance.ts";
import { test } from "../harness.ts";

executorConformance({
  test: (name, body) => test(`worker: ${name}`, body),
  makeExecutor: (modules) => worker({ modules, max: 2 }),
});
