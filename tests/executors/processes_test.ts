import { processes } from "../../src/executors/processes.ts";
import { executorConformance } from "../../src/testing/executor_conformance.ts";
import { test } from "../harness.ts";

executorConformance({
  test: (name, body) => test(`processes: ${name}`, body),
  makeExecutor: (modules) => processes({ modules, max: 2 }),
});
