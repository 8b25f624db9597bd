import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { columnsOf } from "../columns.ts";
import type { Sample } from "../sample.ts";
import { type Panel, panelsOf } from "./panels.ts";

/** The time axis is at least this long. */
const SPAN_MS_MIN = 30_000;

/** The data of the page. */
export interface MachineReport {
  /** The machine's name. */
  readonly host: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** The zone that all times are shown in. */
  readonly timeZone: string;
  readonly samples: readonly Sample[];
}

/** A page that needs nothing but a browser: styles, plots and data are all in it. */
export async function machinePage(report: MachineReport): Promise<string> {
  const { host, samples } = report;
  const panels = panelsOf(samples);
  const body = samples.length === 0 ? emptyState() : panels.map(panelHtml).join("\n");
  const [plotStyle, style] = await Promise.all([fileOfPlots("uPlot.min.css"), ownFile("style.css")]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(host)}: machine report</title>
<link rel="icon" href="data:,">
<style>${plotStyle}${style}</style>
</head>
<body>
<header>
<h1>Machine report: ${escapeHtml(host)}</h1>
<p>${escapeHtml(periodText(report))}</p>
<p>${escapeHtml(countText(samples))}</p>
</header>
<main>
${body}
</main>
<footer>Written by the task <code>report.machine</code> at ${
    escapeHtml(timeText(report.untilMs, report.timeZone))
  }.</footer>
${samples.length === 0 ? "" : await scripts(report, panels)}
</body>
</html>
`;
}

function panelHtml({ measure, title, words }: Panel): string {
  const summary = words
    ? `<p class="now">${escapeHtml(words.last)}</p>
<p class="sum">average ${escapeHtml(words.average)}, highest ${escapeHtml(words.highest)}</p>
<div class="plot" role="img" aria-label="${escapeHtml(title)} over time"></div>`
    : `<p class="now">not available</p>\n<p class="sum">This system does not report it, or not yet.</p>`;
  return `<section id="${measure}">\n<h2>${escapeHtml(title)}</h2>\n${summary}\n</section>`;
}

function emptyState(): string {
  return `<section class="empty">
<h2>No samples in this time</h2>
<p>The task <code>machine.sample</code> writes one every few seconds while a scheduler runs:</p>
<pre>deno task scheduler</pre>
</section>`;
}

async function scripts(
  { samples, timeZone, untilMs }: MachineReport,
  panels: readonly Panel[],
): Promise<string> {
  const shown = panels.filter((panel) => panel.words !== undefined);
  const [times, ...columns] = columnsOf(samples, shown.map((panel) => panel.measure));
  const plots = shown.map(({ measure, unit, factor, top }, i) => ({
    id: measure,
    unit,
    top,
    values: columns[i]!.map((value) => value === null ? null : Number((value * factor).toPrecision(5))),
  }));
  // While there are few samples they fill the plot; a single one would leave it without a time axis.
  const fromMs = Math.min(samples[0]!.atMs, untilMs - SPAN_MS_MIN);
  const period = { fromS: fromMs / 1000, untilS: untilMs / 1000 };
  // A "<" could end the script early.
  const data = JSON.stringify({ timeZone, ...period, times, plots }).replaceAll("<", "\\u003c");
  return `<noscript><p>The plots need JavaScript.</p></noscript>
<script type="application/json" id="data">${data}</script>
<script>${await fileOfPlots("uPlot.iife.min.js")}</script>
<script>${await ownFile("plots.js")}</script>`;
}

function periodText({ fromMs, untilMs, timeZone }: MachineReport): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone });
  return `${format.formatRange(fromMs, untilMs)}, ${timeZone}`;
}

function timeText(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "long", timeZone }).format(atMs);
}

function countText(samples: readonly Sample[]): string {
  return samples.length === 1 ? "1 sample" : `${samples.length.toLocaleString("en")} samples`;
}

function ownFile(name: string): Promise<string> {
  return readFile(new URL(`./${name}`, import.meta.url), "utf8");
}

function fileOfPlots(name: string): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), "utf8");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
