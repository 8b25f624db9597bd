import assert from "node:assert/strict";
import { columnsOf } from "../../../tasks/parts/columns.ts";
import { test } from "../../harness.ts";
import { sampleAt } from "../sample_at.ts";

test("columnsOf() gives times in seconds and a column for each measure", () => {
  const samples = [sampleAt(1000, { lagMs: 1 }), sampleAt(6000, { lagMs: null })];
  assert.deepEqual(columnsOf(samples, ["lagMs", "load"]), [[1, 6], [1, null], [1.5, 1.5]]);
  assert.deepEqual(columnsOf([], ["lagMs"]), [[], []]);
});

test("columnsOf() breaks the line where nobody sampled for a while", () => {
  const samples = [0, 5, 10, 60, 65, 70].map((second) => sampleAt(second * 1000, { lagMs: second }));
  assert.deepEqual(columnsOf(samples, ["lagMs"]), [
    [0, 5, 10, 35, 60, 65, 70],
    [0, 5, 10, null, 60, 65, 70],
  ]);
});

test("columnsOf() keeps the peaks where there are more samples than points", () => {
  const samples = Array.from(
    { length: 17_280 },
    (_, i) => sampleAt(i * 5000, { lagMs: i === 9999 ? 500 : 5 }),
  );
  const [times = [], lags = []] = columnsOf(samples, ["lagMs"]);
  assert.equal(times.length, 720);
  assert.equal(lags.filter((lag) => lag === 500).length, 1);
});
