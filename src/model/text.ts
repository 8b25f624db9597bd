/** A longer word has no suggestion: the work grows with the product of the lengths. */
const LENGTH_MAX = 100;

/** The most candidates that are compared. */
const COMPARISONS_MAX = 1000;

/** The candidate that a mistyped word most likely means, or undefined when none is near enough. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LENGTH_MAX) return undefined;
  const lowered = word.toLowerCase();
  // A third of the word may be wrong, never all of it: enough for typing errors, too little for unrelated names.
  const wrongMax = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)));
  let bestDistance = wrongMax + 1;
  let best: string | undefined;
  let compared = 0;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > wrongMax) continue;
    if (++compared > COMPARISONS_MAX) break;
    const distance = editDistance(lowered, candidate.toLowerCase());
    if (distance < bestDistance) [bestDistance, best] = [distance, candidate];
  }
  return best;
}

/** A tail for an error message: `; did you mean 'x'?`, or nothing when no candidate is near enough. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const best = suggest(word, candidates);
  return best === undefined ? "" : `; did you mean '${best}'?`;
}

/** Number of characters to insert, delete, replace or swap with their neighbour that turn one word into the other. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
