import type { JsonValue } from "../../../model/payload.ts";
import type { CalendarRecord, CalendarStore } from "../../schedule_store.ts";
import type { SqliteSession } from "../session/session.ts";

/** Named calendars and facts. */
export function calendars(session: SqliteSession): CalendarStore {
  const { calendars, facts } = session.dialect.tables;
  const put = `insert into ${calendars}(name, definition, version) values (?1, ?2, 1)
    on conflict(name) do update set definition = excluded.definition, version = version + 1`;
  const all = `select json_array(name, definition, version) from ${calendars}
    where definition is not null order by name`;
  const fact = `select value from ${facts} where key = ?1`;
  const putFact = `insert into ${facts}(key, value) values (?1, ?2)
    on conflict(key) do update set value = excluded.value`;
  return {
    async putCalendar(name, definition) {
      const text = definition === null ? null : JSON.stringify(definition);
      await session.write([{ sql: put, args: [name, text] }]);
    },
    async getCalendars() {
      const [found] = await session.read([{ sql: all, args: [] }]);
      return found!.cells.map((cell) => decodeCalendar(cell as string));
    },
    async getFact(key) {
      const [found] = await session.read([{ sql: fact, args: [key] }]);
      return found!.cells[0] as string | undefined;
    },
    async putFact(key, value) {
      await session.write([{ sql: putFact, args: [key, value] }], { quiet: true });
    },
  };
}

function decodeCalendar(cell: string): CalendarRecord {
  const [name, definition, version] = JSON.parse(cell) as readonly [string, string, number];
  return { name, definition: readDefinition(definition), version };
}

/** A definition that is not JSON is read as null: the calendar functions say what is wrong with it. */
function readDefinition(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
