const TIME_LENGTH = 9;
/** Number of random characters: enough to rule out collisions between processes, even at millions of jobs a second. */
const RANDOM_LENGTH = 12;
/** Ids of one millisecond are counted with this many pairs of characters. */
const PAIRS = Array.from({ length: 36 * 36 }, (_, n) => n.toString(36).padStart(2, "0"));
const COUNT_MAX = PAIRS.length * PAIRS.length;

/** The common start of the ids of the last millisecond, and their number. */
const last = { ms: Number.NaN, start: "", count: 0 };

/**
 * The id of a job added directly: the time it was made, random characters, and a count within the millisecond. So ids
 * sort in the order in which a process made them, and new rows go to the end of the index.
 */
export function newJobId(nowMs: number): string {
  if (nowMs !== last.ms || last.count === COUNT_MAX) {
    last.ms = nowMs;
    last.start = timePart(nowMs) + randomPart();
    last.count = 0;
  }
  const count = last.count++;
  return last.start + PAIRS[Math.trunc(count / PAIRS.length)] + PAIRS[count % PAIRS.length];
}

/**
 * The id of the job of a fire time: the same in every process that computes it, so that one fire can never become
 * two jobs even if a version check failed. `seq` is never reused, so a schedule made again has other ids.
 */
export function fireJobId(scheduleSeq: number, fireMs: number): string {
  return `${timePart(fireMs)}-${scheduleSeq}`;
}

function timePart(epochMs: number): string {
  // Instants before 1970 are rare and need only be unique, not in order.
  return epochMs < 0 ? `-${(-epochMs).toString(36)}` : epochMs.toString(36).padStart(TIME_LENGTH, "0");
}

function randomPart(): string {
  let random = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH))) {
    random += (byte % 36).toString(36);
  }
  return random;
}
