import assert from "node:assert/strict";
import { machinePage } from "../../../../tasks/parts/page/machine_page.ts";
import { test } from "../../../harness.ts";
import { sampleAt } from "../../sample_at.ts";

const untilMs = Date.UTC(2026, 2, 29, 12);
const report = { host: "vm", fromMs: untilMs - 3_600_000, untilMs, timeZone: "Europe/Berlin" };

test("machinePage() needs nothing from elsewhere", async () => {
  const page = await machinePage({ ...report, samples: [sampleAt(untilMs - 1000), sampleAt(untilMs)] });
  const links = [...page.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import/g)].map((match) => match[0]);
  assert.deepEqual(links, [`href="data:,"`]);
  assert.match(page, /var uPlot=/);
});

test("machinePage() shows times and numbers with their zone and units", async () => {
  const page = await machinePage({ ...report, samples: [sampleAt(untilMs)] });
  assert.match(page, /Sunday,? 29 March 2026.* 13:00.14:00, Europe\/Berlin/);
  for (const shown of ["25\u202f%", "Memory used of 1\u202fGiB", "0.5\u202fGiB", "4\u202fms"]) {
    assert.ok(page.includes(shown), shown);
  }
});

test("machinePage() shows a name as text, whatever it holds", async () => {
  const page = await machinePage({ ...report, host: `<script>alert("vm")</script>`, samples: [] });
  assert.doesNotMatch(page, /<script>alert/);
  assert.match(page, /&#60;script&#62;alert\(&#34;vm&#34;\)/);
});
