/**
 * Property tests with a fixed seed: a run of the gate gives the same verdict each time. fast-check prints the seed and the
 * path of a counterexample; `SEED=123 deno task test:deno tests/triggers` looks elsewhere.
 */
import fc from "fast-check";
import process from "node:process";

fc.configureGlobal({ seed: Number(process.env["SEED"] ?? 20_260_101) });

export { fc };
