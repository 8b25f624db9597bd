/** The slice of `@std/cli/parse-args` that Carillon uses, typed for the npm build of the same sources. */
export interface ParseOptions {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly collect?: readonly string[];
  readonly negatable?: readonly string[];
  readonly alias?: Readonly<Record<string, string | readonly string[]>>;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly stopEarly?: boolean;
  readonly "--"?: boolean;
  readonly unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}

/** The result of `parseArgs`: the positional arguments in `_`, the flags by name. */
export interface ParsedArguments {
  readonly _: readonly (string | number)[];
  readonly "--"?: readonly string[];
  readonly [flag: string]: unknown;
}

/** Parses command line arguments. */
export function parseArgs(args: readonly string[], options?: ParseOptions): ParsedArguments;
