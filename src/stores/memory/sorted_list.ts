/** Where a bucket is cut in two: small enough to insert into quickly, large enough to keep buckets few. */
const BUCKET_MAX = 512;

/**
 * Items kept in order: adding, deleting and finding cost the logarithm of their number (and a short copy).
 * The order must be total, no two items equal in it, and items must not change while they are in the list.
 */
export class SortedList<T extends Key, Key = T> {
  readonly #compare: (a: Key, b: Key) => number;
  readonly #buckets: T[][] = [];
  #size = 0;

  constructor(compare: (a: Key, b: Key) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  /** Puts an item in its place. */
  add(item: T): void {
    this.#size++;
    if (this.#addLast(item)) return;
    const index = Math.min(this.#bucketOf(item), this.#buckets.length - 1);
    const bucket = this.#buckets[index];
    if (bucket === undefined) return void this.#buckets.push([item]);
    bucket.splice(this.#placeIn(bucket, item), 0, item);
    if (bucket.length > BUCKET_MAX) this.#buckets.splice(index + 1, 0, bucket.splice(BUCKET_MAX / 2));
  }

  /** Most items come after all that are there: times go up. */
  #addLast(item: T): boolean {
    const bucket = this.#buckets.at(-1);
    if (bucket === undefined || bucket.length >= BUCKET_MAX) return false;
    if (this.#compare(bucket[bucket.length - 1] as T, item) >= 0) return false;
    bucket.push(item);
    return true;
  }

  /** Takes an item out; returns whether it was there. */
  delete(item: T): boolean {
    // What is deleted is mostly what came first.
    const isFirst = this.#size > 0 && this.first() === item;
    const index = isFirst ? 0 : this.#bucketOf(item);
    const bucket = this.#buckets[index];
    if (bucket === undefined) return false;
    const place = isFirst ? 0 : this.#placeIn(bucket, item);
    if (this.#compare(bucket[place] as T, item) !== 0) return false;
    if (place === 0) bucket.shift();
    else bucket.splice(place, 1);
    if (bucket.length === 0) this.#buckets.splice(index, 1);
    this.#size--;
    return true;
  }

  /** Puts `after` where `before` was; either may be missing. */
  replace(before: T | undefined, after: T | undefined): void {
    if (before !== undefined && after !== undefined && this.#compare(before, after) === 0) {
      const bucket = this.#buckets[this.#bucketOf(before)]!;
      bucket[this.#placeIn(bucket, before)] = after;
      return;
    }
    if (before !== undefined) this.delete(before);
    if (after !== undefined) this.add(after);
  }

  /** The first item; undefined when there is none. */
  first(): T | undefined {
    return this.#buckets[0]?.[0];
  }

  /** The first item that comes after this one, which need not be in the list: what it is ordered by will do. */
  after(item: Key): T | undefined {
    const index = this.#bucketOf(item);
    const bucket = this.#buckets[index];
    if (bucket === undefined) return undefined;
    const place = this.#placeIn(bucket, item);
    const found = bucket[place] as T;
    if (this.#compare(found, item) > 0) return found;
    return bucket[place + 1] ?? this.#buckets[index + 1]?.[0];
  }

  /** All items in order. The list must not change meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (const bucket of this.#buckets) yield* bucket;
  }

  /** The first bucket whose last item is not before this one. */
  #bucketOf(item: Key): number {
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const bucket = this.#buckets[middle] as T[];
      if (this.#compare(bucket[bucket.length - 1] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first place in a bucket whose item is not before this one. */
  #placeIn(bucket: readonly T[], item: Key): number {
    let low = 0;
    let high = bucket.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(bucket[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** An item if it is there and this holds for it. */
export function only<T>(holds: (item: T) => boolean, item: T | undefined): T | undefined {
  return item !== undefined && holds(item) ? item : undefined;
}
