import { messageOf } from "../../errors.ts";
import type { SqlValue } from "./driver.ts";

const emptyObject: Readonly<Record<string, never>> = Object.freeze({});

/**
 * Reads a record from its cell, one JSON array with a value for each column. What cannot be read is replaced by a
 * stand-in and remembered, so that one broken row spoils neither itself nor its neighbours.
 */
export class CellReader {
  readonly #values: readonly unknown[];
  readonly #problems: string[] = [];
  #index = 0;

  /** Reads a cell from its first column on. */
  constructor(cell: SqlValue) {
    this.#values = JSON.parse(cell as string) as unknown[];
  }

  /** The next column as it is stored; the schema's strict types stand for its type. */
  next<T extends SqlValue>(): T {
    return this.#values[this.#index++] as T;
  }

  /** The next column, 0 or 1 as false or true. */
  nextBoolean(): boolean {
    return this.next<number>() === 1;
  }

  /** The next column as one of a closed list of words. */
  nextWord<T extends string | null>(column: string, words: readonly T[], standIn: T): T {
    const word = this.next<string | null>();
    if ((words as readonly (string | null)[]).includes(word)) return word as T;
    this.#problems.push(`${column} is '${word}'`);
    return standIn;
  }

  /** The next column, JSON text that holds an object or a list. */
  nextJSON<T extends object>(column: string, standIn: T): T {
    const text = this.next<string | null>();
    if (text === "{}") return emptyObject as T;
    try {
      const value: unknown = JSON.parse(text as string);
      if (typeof value === "object" && value !== null) return value as T;
      this.#problems.push(`${column} holds ${typeof value}`);
    } catch (error) {
      this.#problems.push(`${column} is not JSON: ${messageOf(error)}`);
    }
    return standIn;
  }

  /** The next column, JSON text or null. */
  nextOptionalJSON<T extends object>(column: string): T | null {
    if (this.#values[this.#index] !== null) return this.nextJSON<T | Record<string, never>>(column, {}) as T;
    this.#index++;
    return null;
  }

  /** Whether everything could be read so far. */
  get isSound(): boolean {
    return this.#problems.length === 0;
  }

  /** The key that marks a record as broken, when it is. */
  get undecodable(): { readonly undecodable?: string } {
    return this.#problems.length === 0 ? {} : { undecodable: this.#problems.join("; ") };
  }
}
