import { CellReader, type Row } from "./cell_reader.ts";
import type { SqlValue } from "./driver.ts";

/** A column of a table, as the declaration of its records has it. */
export interface Column {
  readonly name: string;
  readonly type: "integer" | "text";
  readonly isOptional: boolean;
  /** The version of the schema that brought it. */
  readonly since: number;
  /** Returns the stored form of a field's value. */
  readonly write: (value: unknown) => SqlValue;
}

/** The columns of a table that hold the fields of its records. */
export interface Columns<Record> {
  /** Each field with its column, in their order. */
  readonly of: { readonly [Field in keyof Record]-?: Column };
  /** The expression for one record in one cell; `shown` are the expressions of fields that are shown otherwise. */
  cell(table: string, shown?: { readonly [Field in keyof Record]?: string }): string;
  /** Reads a record from its cell. Never throws: what cannot be read is described by `undecodable`. */
  decode(cell: SqlValue): Record & { readonly undecodable?: string };
  /** The columns that a version of the schema brought, as a `create table` has them. */
  definitions(since: number, constraints?: Readonly<{ [name: string]: string }>): readonly string[];
}

/**
 * The columns of a table, from the function that reads a record from a row of it: each field is declared there once,
 * with its column and its stored form, in the order of the columns.
 */
export function columnsOf<Record extends object>(read: (row: Row) => Record): Columns<Record> {
  // Asked of the lister, a column returns itself in place of its value.
  const of = read(columnLister) as unknown as Columns<Record>["of"];
  const entries = Object.entries(of) as [keyof Record, Column][];
  return {
    of,
    cell: (table, shown = {}) =>
      `json_array(${entries.map(([field, { name }]) => shown[field] ?? `${table}.${name}`).join(", ")})`,
    decode(cell) {
      const reader = new CellReader(cell);
      const record = read(reader);
      return reader.isSound ? record : { ...record, ...reader.undecodable };
    },
    definitions: (since, constraints = {}) =>
      entries.map(([, column]) => column).filter((column) => column.since === since)
        .map(({ name, type, isOptional }) =>
          [name, type, isOptional ? "" : "not null", constraints[name] ?? ""].filter(Boolean).join(" ")
        ),
  };
}

const columnLister: Row = {
  integer: (name, since) => column<number>({ name, type: "integer", since }),
  optionalInteger: (name, since) => column<number>({ name, type: "integer", isOptional: true, since }),
  text: (name, since) => column<string>({ name, since }),
  optionalText: (name, since) => column<string>({ name, isOptional: true, since }),
  boolean: (name, since) =>
    column<boolean>({ name, type: "integer", write: (value) => value ? 1 : 0, since }),
  word: (name, _words, _standIn, since) => column({ name, since }),
  optionalWord: (name, _words, since) => column({ name, isOptional: true, since }),
  json: (name, _standIn, since) => column({ name, write: JSON.stringify, since }),
  optionalJson: (name, since) => column({ name, isOptional: true, write: writeOptional, since }),
};

function column<Value>({ name, type = "text", isOptional = false, since = 1, write = asItIs }: {
  readonly name: string;
  readonly type?: Column["type"];
  readonly isOptional?: boolean;
  readonly since: number | undefined;
  readonly write?: Column["write"];
}): Value {
  return { name, type, isOptional, since, write } satisfies Column as unknown as Value;
}

function asItIs(value: unknown): SqlValue {
  return value as SqlValue;
}

function writeOptional(value: unknown): SqlValue {
  return value === null ? null : JSON.stringify(value);
}
