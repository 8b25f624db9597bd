/** Those who want to be called back whenever something happens. */
export class Callbacks {
  readonly #all = new Set<() => void>();

  /** Adds one; answers how to take it back. */
  add(callback: () => void): () => void {
    this.#all.add(callback);
    return () => this.#all.delete(callback);
  }

  /** Calls all of them. */
  call(): void {
    for (const callback of this.#all) callback();
  }
}
