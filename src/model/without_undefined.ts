/** An object whose keys that may be undefined are optional instead. */
export type WithoutUndefined<Values extends object> =
  & { readonly [Key in keyof Values as undefined extends Values[Key] ? never : Key]: Values[Key] }
  & {
    readonly [Key in keyof Values as undefined extends Values[Key] ? Key : never]?: Exclude<
      Values[Key],
      undefined
    >;
  };

/** Returns the same object without the keys whose value is undefined, as exact optional properties want it. */
export function withoutUndefined<Values extends object>(values: Values): WithoutUndefined<Values> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as WithoutUndefined<Values>;
}
