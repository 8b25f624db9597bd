import { fc } from "../../properties.ts";
import { dateAt, type Wall } from "../oracle.ts";

/** A random piece of crontab text and, worked out another way than in `src/`, what it matches. */
export interface Piece {
  readonly text: string;
  readonly matches: (wall: Wall) => boolean;
  /** True if it is a `*`, has a step or covers its field: then a cron is not of fixed times. */
  readonly recurring: boolean;
}

/** Random crontab text with five fields. */
export interface Expression {
  readonly text: string;
  readonly matches: (wall: Wall) => boolean;
  readonly fixed: boolean;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function numbers(
  min: number,
  max: number,
  read: (wall: Wall) => number,
  names?: readonly string[],
): fc.Arbitrary<Piece> {
  const value = fc.integer({ min, max });
  const spell = (number: number) =>
    names && number % 2 === 0 ? names[number - min]!.toUpperCase() : String(number);
  const piece = (text: string, from: number, to: number, step: number, recurring: boolean): Piece => ({
    text,
    matches: (wall) => read(wall) >= from && read(wall) <= to && (read(wall) - from) % step === 0,
    recurring,
  });
  return fc.oneof(
    fc.constantFrom("*", max === 31 || max === 6 ? "?" : "*").map((text) => piece(text, min, max, 1, true)),
    value.map((a) => piece(spell(a), a, a, 1, false)),
    fc.tuple(value, value).map(([a, b]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      return piece(`${spell(from)}-${spell(to)}`, from, to, 1, from === min && to === max);
    }),
    fc.integer({ min: 1, max: max - min + 1 }).map((step) => piece(`*/${step}`, min, max, step, true)),
    fc.tuple(value, value, fc.integer({ min: 1, max: max - min + 1 })).map(([a, b, step]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      return piece(`${from}-${to}/${step}`, from, to, step, true);
    }),
    fc.tuple(value, fc.integer({ min: 1, max: max - min + 1 })).map(([a, step]) =>
      piece(`${a}/${step}`, a, max, step, true)
    ),
  );
}

function lengthOf(wall: Wall): number {
  return new Date(Date.UTC(wall.year, wall.month, 0)).getUTCDate();
}

/** The nearest Monday to Friday of the month, by trying days further and further away. */
function nearestWorkday(wall: Wall, day: number): number {
  const first = Date.UTC(wall.year, wall.month - 1, 1) / 86_400_000;
  for (const distance of [0, -1, 1, -2, 2]) {
    const candidate = day + distance;
    if (candidate < 1 || candidate > lengthOf(wall)) continue;
    const { weekday } = dateAt(first + candidate - 1);
    if (weekday !== 0 && weekday !== 6) return candidate;
  }
  throw new Error("a month has workdays");
}

const specialDay: fc.Arbitrary<Piece> = fc.oneof(
  fc.constant<Piece>({ text: "L", matches: (wall) => wall.day === lengthOf(wall), recurring: false }),
  fc.integer({ min: 1, max: 30 }).map((n): Piece => ({
    text: `L-${n}`,
    matches: (wall) => wall.day === lengthOf(wall) - n,
    recurring: false,
  })),
  fc.constant<Piece>({
    text: "LW",
    matches: (wall) => wall.day === nearestWorkday(wall, lengthOf(wall)),
    recurring: false,
  }),
  fc.integer({ min: 1, max: 31 }).map((day): Piece => ({
    text: `${day}W`,
    matches: (wall) => day <= lengthOf(wall) && wall.day === nearestWorkday(wall, day),
    recurring: false,
  })),
);

/** The weekdays that a range walks over, one after the other round the week. */
function walk(from: number, to: number): number[] {
  const days = [from % 7];
  while (days.at(-1) !== to % 7 && days.length < 7) days.push((days.at(-1)! + 1) % 7);
  return from === 0 && to === 7 ? [0, 1, 2, 3, 4, 5, 6] : days;
}

const weekday = fc.integer({ min: 0, max: 7 });
const weekdayPiece: fc.Arbitrary<Piece> = fc.oneof(
  weekday.map((a): Piece => ({
    text: a % 2 ? DAYS[a % 7]! : String(a),
    matches: (wall) => wall.weekday === a % 7,
    recurring: false,
  })),
  fc.tuple(weekday, weekday).map(([a, b]): Piece => ({
    text: `${a}-${b}`,
    matches: (wall) => walk(a, b).includes(wall.weekday),
    recurring: false,
  })),
  fc.tuple(weekday, weekday, fc.integer({ min: 2, max: 7 })).map(([a, b, step]): Piece => ({
    text: `${a}-${b}/${step}`,
    matches: (wall) => walk(a, b).filter((_, index) => index % step === 0).includes(wall.weekday),
    recurring: true,
  })),
  fc.tuple(weekday, weekday, fc.constantFrom(1, 2, 3, 4, 5, "L" as const)).map(([a, b, nth]): Piece => ({
    text: `${a}-${b}#${nth}`,
    matches: (wall) =>
      walk(a, b).includes(wall.weekday) &&
      (nth === "L" ? wall.day + 7 > lengthOf(wall) : Math.ceil(wall.day / 7) === nth),
    recurring: false,
  })),
  weekday.map((a): Piece => ({
    text: `${a === 7 ? "SUNDAY" : a}L`,
    matches: (wall) => wall.weekday === a % 7 && wall.day + 7 > lengthOf(wall),
    recurring: false,
  })),
  fc.integer({ min: 1, max: 7 }).map((step): Piece => ({
    text: `*/${step}`,
    matches: (wall) => wall.weekday % step === 0,
    recurring: true,
  })),
);

function field(piece: fc.Arbitrary<Piece>, open = 3): fc.Arbitrary<Piece> {
  const star: Piece = { text: "*", matches: () => true, recurring: true };
  const list = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces): Piece => ({
    text: pieces.map(({ text }) => text).join(","),
    matches: (wall) => pieces.some(({ matches }) => matches(wall)),
    recurring: pieces.some(({ recurring }) => recurring),
  }));
  return fc.oneof({ weight: open, arbitrary: fc.constant(star) }, { weight: 4, arbitrary: list });
}

/** Random crontab text with what it must match. */
export const anyExpression: fc.Arbitrary<Expression> = fc.tuple(
  field(numbers(0, 59, (wall) => wall.minute), 1),
  field(numbers(0, 23, (wall) => wall.hour), 2),
  field(fc.oneof({ weight: 2, arbitrary: numbers(1, 31, (wall) => wall.day) }, specialDay)),
  field(numbers(1, 12, (wall) => wall.month, MONTHS), 6),
  field(weekdayPiece),
  fc.boolean(),
).map(([minute, hour, day, month, dayOfWeek, plus]) => {
  const literally = (piece: Piece) => piece.text === "*" || piece.text === "?";
  const either = !literally(day) && !literally(dayOfWeek) && !plus;
  return {
    text: [minute.text, hour.text, day.text, month.text, (plus ? "+" : "") + dayOfWeek.text].join(" "),
    matches: (wall) =>
      minute.matches(wall) && hour.matches(wall) && month.matches(wall) &&
      (either ? day.matches(wall) || dayOfWeek.matches(wall) : day.matches(wall) && dayOfWeek.matches(wall)),
    fixed: !minute.recurring && !hour.recurring,
  };
});

/** Zones with something special about them. */
export const anyZone: fc.Arbitrary<string> = fc.constantFrom(
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "America/Santiago",
  "Asia/Beirut",
  "Africa/Casablanca",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Asia/Gaza",
  "America/Havana",
  "Antarctica/Troll",
  "Africa/Monrovia",
);
