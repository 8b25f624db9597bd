/** True where two types are the very same, false otherwise. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where the type is true; does nothing. */
export function assertType<_Holds extends true>(): void {}

/** Holds code that is only type-checked. */
export function compiled(_proof: () => unknown): void {}
