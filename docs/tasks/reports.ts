/** The task module that the guide to executors imports: it only defines. */
import { task } from "carillon";
import { z } from "zod";

/** Adds up a year, which takes a while. */
export const yearly = task({
  name: "reports.yearly",
  input: z.object({ year: z.number() }),
  run({ year }, { progress }) {
    let days = 0;
    for (let month = 1; month <= 12; month++) {
      days += new Date(Date.UTC(year, month, 0)).getUTCDate();
      progress({ done: month, total: 12 });
    }
    return `${days} days`;
  },
});
