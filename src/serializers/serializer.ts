/**
 * The port of serializers: turns inputs, results and other user values into strings and back.
 *
 * Guarantees (the exported conformance suite holds them to it): what went in comes out equal; a value that
 * cannot be stored is refused when it is written, naming where it is, never silently changed; nothing that is
 * read can run code.
 */
export interface Serializer {
  /** Written in front of each value it makes (`rich:…`), so that it is found again; letters only. */
  readonly name: string;
  /** Encodes a value as a string. Throws `serializationFailed`. */
  serialize(value: unknown): string;
  /** Decodes a string. Throws `deserializationFailed`. */
  deserialize(text: string): unknown;
}
