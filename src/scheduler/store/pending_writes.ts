/**
 * The calls of a gateway that are in flight: what they write may be seen in the store before its events are published.
 * They count until that is done.
 */
export class PendingWrites {
  readonly #calls = new Set<Promise<unknown>>();

  /** The same part of a gateway, with its calls noted. */
  of<Part extends object>(part: Part): Part {
    return new Proxy(part, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: readonly unknown[]) => this.#note(Reflect.apply(member, target, args));
      },
    });
  }

  /** Resolves when the events of the writes in flight have been published, or the writes have failed. */
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
