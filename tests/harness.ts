/**
 * One way to write a test that runs on Deno, Bun and Node alike. On Deno it is `Deno.test`, whose sanitizers
 * find leaked timers and open files; elsewhere it is `node:test`.
 */
export type TestBody = () => void | Promise<void>;

interface DenoTest {
  readonly test: (definition: { name: string; fn: TestBody; ignore: boolean; timeout: number }) => void;
}

/** A test that hangs fails by its name after this, instead of holding up the whole run. */
const TIME_LIMIT_MS = 60_000;

/** Options of a test. */
export interface TestOptions {
  /** Skipped where true; say why in the name of the test. */
  readonly ignore?: boolean;
  /** Time limit of the test. @default a minute */
  readonly timeLimitMs?: number;
}

const deno = (globalThis as { readonly Deno?: DenoTest }).Deno;
const node = deno ? undefined : await import("node:test");

/** Registers a test. Names read `symbol() does what when`. */
export function test(name: string, fn: TestBody, options: TestOptions = {}): void {
  const ignore = options.ignore ?? false;
  const timeout = options.timeLimitMs ?? TIME_LIMIT_MS;
  if (deno) deno.test({ name, fn, ignore, timeout });
  else node!.test(name, { skip: ignore, timeout }, () => fn());
}

// On Deno, handles of the native libSQL binding that are garbage but not yet collected when a test file's thread ends
// crash the process: the binding cleans up after what that needs is gone. So they are collected while it is there
// (`--v8-flags=--expose-gc`).
const { addEventListener, gc } = globalThis as {
  readonly addEventListener?: (type: "unload", listener: () => void) => void;
  readonly gc?: () => void;
};
if (deno && gc) addEventListener?.("unload", () => gc());

/** The runtime the tests run on. */
export const runtime: "deno" | "bun" | "node" = deno
  ? "deno"
  : (globalThis as { readonly Bun?: unknown }).Bun
  ? "bun"
  : "node";
