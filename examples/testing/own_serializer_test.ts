import { test } from "node:test";
import { plainJson, type Serializer } from "carillon";
import { serializerConformance } from "carillon/testing";

/** A serializer of your own: JSON that is not readable at a glance. It refuses what JSON would change. */
const hexJson: Serializer = {
  name: "hexJson",
  serialize: (value) => Buffer.from(plainJson.serialize(value)).toString("hex"),
  deserialize: (text) => plainJson.deserialize(Buffer.from(text, "hex").toString()),
};

serializerConformance({
  test: (name, body) => test(`hexJson: ${name}`, body),
  serializer: hexJson,
  holds: ["a value that is shared"],
});
