/**
 * The port of serializers: how inputs, results and other user values become text and back.
 *
 * Guarantees (the exported conformance suite holds them to it): what went in comes out equal; a value that
 * cannot be stored is refused when it is written, naming where it is, never silently changed; nothing that is
 * read can run code.
 */
export interface Serializer {
  /** Written in front of each value it makes (`rich:…`), so that it is found again; letters only. */
  readonly name: string;
  /** The value as text. Throws `serializationFailed`. */
  serialize(value: unknown): string;
  /** The value again. Throws `deserializationFailed`. */
  deserialize(text: string): unknown;
}
