// Draws the plots of the page; it is put into the page as it is, after uPlot.
const { timeZone, fromS, untilS, times, plots } = JSON.parse(document.getElementById("data").textContent);
const cursors = uPlot.sync("machine");
const HEIGHT = 190;

const timeFormats = {
  day: { day: "numeric", month: "short" },
  minute: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};
for (const [name, parts] of Object.entries(timeFormats)) {
  timeFormats[name] = new Intl.DateTimeFormat("en-GB", { ...parts, timeZone, hourCycle: "h23" });
}

function timeText(seconds, stepSeconds) {
  const atMs = seconds * 1000;
  const minute = timeFormats.minute.format(atMs);
  if (stepSeconds >= 86_400 || (stepSeconds >= 3600 && minute === "00:00")) {
    return timeFormats.day.format(atMs);
  }
  return stepSeconds < 60 ? timeFormats.second.format(atMs) : minute;
}

function valueText(value, unit) {
  const number = value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 1 });
  return unit === "" ? number : `${number}\u202f${unit}`;
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function optionsOf({ id, unit, top }, element) {
  const line = id === "lagMs" ? "--own" : "--line";
  const axis = {
    stroke: () => color("--faint"),
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  const grid = { stroke: () => color("--grid"), width: 1 };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
    legend: { show: false },
    padding: [12, 28, 0, 0],
    cursor: { sync: { key: cursors.key, setSeries: false }, y: false, points: { size: 7 } },
    scales: {
      x: { range: (_plot, first, last) => isAll(first, last) ? [fromS, untilS] : [first, last] },
      y: { range: (_plot, _lowest, highest) => [0, Math.max(top, (highest ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        size: 28,
        values: (_plot, at, _axis, _space, step) => at.map((s) => timeText(s, step)),
      },
      { ...axis, grid, size: 68, values: (_plot, at) => at.map((value) => valueText(value, unit)) },
    ],
    series: [
      {},
      {
        stroke: () => color(line),
        fill: () => `color-mix(in srgb, ${color(line)} 14%, transparent)`,
        width: 1.5,
        points: { size: 4 },
      },
    ],
    hooks: { setCursor: [(plot) => showValue(plot, element, unit)] },
  };
}

/** Whether a range is that of all samples, and not one that was zoomed to. */
function isAll(first, last) {
  return first <= times[0] && last >= times.at(-1);
}

/** While the pointer is over a plot, every panel says what was then, in place of its summary. */
function showValue(plot, element, unit) {
  const text = element.parentElement.querySelector(".sum");
  text.dataset.summary ??= text.textContent;
  const at = plot.cursor.idx;
  const value = at == null ? null : plot.data[1][at];
  text.textContent = value == null
    ? text.dataset.summary
    : `${timeFormats.second.format(plot.data[0][at] * 1000)}: ${valueText(value, unit)}`;
}

const drawn = plots.map((plot) => {
  const element = document.querySelector(`#${plot.id} .plot`);
  return { element, chart: new uPlot(optionsOf(plot, element), [times, plot.values], element) };
});

new ResizeObserver(() => {
  for (const { element, chart } of drawn) chart.setSize({ width: element.clientWidth, height: HEIGHT });
}).observe(document.querySelector("main"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const { chart } of drawn) chart.redraw();
});
