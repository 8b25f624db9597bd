/**
 * The calls of a gateway that are under way: what they write may be seen in the store before it is told. They count until
 * it has been told.
 */
export class PendingWrites {
  readonly #calls = new Set<Promise<unknown>>();

  /** The same part of a gateway, its calls noted. */
  of<Part extends object>(part: Part): Part {
    return new Proxy(part, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: readonly unknown[]) => this.#note(Reflect.apply(member, target, args));
      },
    });
  }

  /** Resolves when what is under way now has been told, or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }

  #note(answer: unknown): unknown {
    if (answer instanceof Promise) {
      const over = () => void this.#calls.delete(answer);
      this.#calls.add(answer);
      answer.then(over, over);
    }
    return answer;
  }
}
