/**
 * State that all copies of this package in one process share. A project easily ends up with two copies (another
 * version deeper in the tree, a bundle beside its sources); what one marks, the other must see.
 */
export function sharedState<State extends object>(name: string, make: () => State): State {
  const key = Symbol.for(`carillon.${name}`);
  const holder = globalThis as unknown as Record<symbol, State | undefined>;
  return holder[key] ??= make();
}
