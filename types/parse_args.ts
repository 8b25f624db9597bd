// The npm build of the standard library has no types; a publish to JSR maps the alias to the original instead.
// @ts-types="./parse_args.d.ts"
export { parseArgs } from "deno-std/cli/parse_args.js";
