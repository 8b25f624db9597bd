import { messageOf } from "../../errors.ts";
import type { SqlValue } from "./driver.ts";

/** A row whose columns are asked for one by one, in the order in which they are declared. */
export interface Row {
  integer(column: string, since?: number): number;
  optionalInteger(column: string, since?: number): number | null;
  text(column: string, since?: number): string;
  optionalText(column: string, since?: number): string | null;
  /** 0 or 1. */
  boolean(column: string, since?: number): boolean;
  /** One of a closed list of words. `standIn` is used for any other one. */
  word<T extends string>(column: string, words: readonly T[], standIn: T, since?: number): T;
  /** One of a closed list of words, or null, also for any other one. */
  optionalWord<T extends string>(column: string, words: readonly T[], since?: number): T | null;
  /** JSON that holds an object or a list. `standIn` is used for what is none. */
  json<T extends object>(column: string, standIn: T, since?: number): T;
  optionalJson<T extends object>(column: string, since?: number): T | null;
}

const emptyObject: Readonly<Record<string, never>> = Object.freeze({});

/**
 * Reads a record from its cell, one JSON array with a value for each column. What cannot be read is replaced by a
 * stand-in and remembered, so that one broken row spoils neither itself nor its neighbours.
 */
export class CellReader implements Row {
  readonly #values: readonly unknown[];
  readonly #problems: string[] = [];
  #index = 0;

  /** Reads a cell from its first column on. */
  constructor(cell: SqlValue) {
    this.#values = JSON.parse(cell as string) as unknown[];
  }

  // The schema's strict types vouch for the types of numbers and strings.

  integer(_column: string): number {
    return this.#values[this.#index++] as number;
  }

  optionalInteger(_column: string): number | null {
    return this.#values[this.#index++] as number | null;
  }

  text(_column: string): string {
    return this.#values[this.#index++] as string;
  }

  optionalText(_column: string): string | null {
    return this.#values[this.#index++] as string | null;
  }

  boolean(_column: string): boolean {
    return this.#values[this.#index++] === 1;
  }

  word<T extends string>(column: string, words: readonly T[], standIn: T): T {
    const word = this.#values[this.#index++] as T;
    if (words.includes(word)) return word;
    this.#problems.push(`${column} is '${word}'`);
    return standIn;
  }

  optionalWord<T extends string>(column: string, words: readonly T[]): T | null {
    const word = this.#values[this.#index++] as T | null;
    if (word === null || words.includes(word)) return word;
    this.#problems.push(`${column} is '${word}'`);
    return null;
  }

  json<T extends object>(column: string, standIn: T): T {
    const text = this.#values[this.#index++] as string | null;
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

  optionalJson<T extends object>(column: string): T | null {
    if (this.#values[this.#index] !== null) return this.json<T | Record<string, never>>(column, {}) as T;
    this.#index++;
    return null;
  }

  /** True if everything could be read so far. */
  get isSound(): boolean {
    return this.#problems.length === 0;
  }

  /** The key that marks a record as broken, when it is. */
  get undecodable(): { readonly undecodable?: string } {
    return this.#problems.length === 0 ? {} : { undecodable: this.#problems.join("; ") };
  }
}
