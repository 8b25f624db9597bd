import { type Measure, summarize } from "../summary.ts";
import type { Sample } from "../sample.ts";

const GIB = 2 ** 30;

/** One number of the report: its summary in words, and how it is plotted. */
export interface Panel {
  readonly measure: Measure;
  readonly title: string;
  readonly unit: string;
  /** Factor from a stored number to the shown one in `unit`. */
  readonly factor: number;
  /** The axis goes at least this far, in `unit`. */
  readonly top: number;
  /** Now, on average and at most, in words; undefined when the system never reported it. */
  readonly words: PanelWords | undefined;
}

/** The summary of a panel in words. */
export interface PanelWords {
  readonly last: string;
  readonly average: string;
  readonly highest: string;
}

type Definition = Omit<Panel, "words">;

/** The panels of the report, in the order of the page. */
export function panelsOf(samples: readonly Sample[]): readonly Panel[] {
  const last = samples.at(-1);
  const memory = (last?.memoryTotalBytes ?? 0) / GIB;
  const disk = (last?.diskTotalBytes ?? 0) / GIB;
  const definitions: readonly Definition[] = [
    { measure: "cpuBusy", title: "Processors busy", unit: "%", factor: 100, top: 100 },
    { measure: "load", title: "Load: programs that run or wait", unit: "", factor: 1, top: 1 },
    {
      measure: "memoryUsedBytes",
      title: `Memory used of ${words(memory, "GiB")}`,
      unit: "GiB",
      factor: 1 / GIB,
      top: memory,
    },
    {
      measure: "diskUsedBytes",
      title: `Disk used of ${words(disk, "GiB")}`,
      unit: "GiB",
      factor: 1 / GIB,
      top: disk,
    },
    { measure: "lagMs", title: "Scheduler lag", unit: "ms", factor: 1, top: 10 },
  ];
  return definitions.map((definition) => ({ ...definition, words: wordsOf(samples, definition) }));
}

function wordsOf(samples: readonly Sample[], { measure, unit, factor }: Definition): PanelWords | undefined {
  const summary = summarize(samples, measure);
  return summary && {
    last: words(summary.last * factor, unit),
    average: words(summary.average * factor, unit),
    highest: words(summary.highest * factor, unit),
  };
}

/** A number with its unit, if it has one; a thin space that never breaks stands between the two. */
function words(value: number, unit: string): string {
  const number = new Intl.NumberFormat("en", { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
  return unit === "" ? number.format(value) : `${number.format(value)}\u202f${unit}`;
}
