import { decode, type DecodeOptions, encode, type EncodeOptions } from "cborg";
import { bigIntDecoder, bigNegIntDecoder, structBigIntEncoder } from "cborg/taglib";
import { requireStorable, type StorableRules, unreadable } from "./storable.ts";
import type { Serializer } from "./serializer.ts";

const rules: StorableRules = {
  format: "CBOR",
  holds(value) {
    if (typeof value === "string") return value.isWellFormed();
    if (typeof value === "number") return !Object.is(value, -0);
    return value === undefined || typeof value === "bigint" || isBytes(value);
  },
};

// Bigints are always tagged: otherwise small ones would come back as numbers.
const encodeOptions: EncodeOptions = { typeEncoders: { bigint: structBigIntEncoder }, mapSorter: () => 0 };
const decodeOptions: DecodeOptions = { tags: { 2: bigIntDecoder, 3: bigNegIntDecoder } };

/**
 * Stores values as CBOR (RFC 8949) in base64: compact where they are mostly numbers and bytes. Beside what JSON
 * can hold it supports `undefined`, `NaN`, infinities, bigints and bytes (`Uint8Array`); all else is refused with
 * its path.
 *
 * @example
 * ```ts
 * import { cbor } from "carillon/cbor";
 *
 * const text = cbor.serialize({ image: new Uint8Array([1, 2, 3]) });
 * const value = cbor.deserialize(text) as { image: Uint8Array };
 * console.assert(value.image[2] === 3);
 * ```
 */
export const cbor: Serializer = {
  name: "cbor",
  serialize(value) {
    requireStorable(value, rules);
    return toBase64(encode(value, encodeOptions));
  },
  deserialize(text) {
    try {
      return decode(fromBase64(text), decodeOptions);
    } catch (cause) {
      throw unreadable("CBOR", cause);
    }
  },
};

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array && Object.getPrototypeOf(value) === Uint8Array.prototype;
}

/** Number of bytes passed to one call as arguments: far below what every runtime allows. */
const CHUNK_BYTES = 8192;

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK_BYTES));
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
