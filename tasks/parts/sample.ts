import { z } from "zod";

/** One look at this machine. What the system does not tell is null, never a made-up zero. */
export const Sample = z.object({
  /** When, in milliseconds since 1970. */
  atMs: z.number(),
  /** Share of the processors' time that was used since the sample before, from 0 to 1. */
  cpuBusy: z.number().min(0).max(1).nullable(),
  /** Programs that ran or waited to run, as an average over one minute. */
  load: z.number().nullable(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  diskUsedBytes: z.number().nullable(),
  diskTotalBytes: z.number().nullable(),
  /** How much later than its fire time the sample was taken: the scheduler's own delay. */
  lagMs: z.number().nullable(),
});

/** One look at this machine. */
export type Sample = z.infer<typeof Sample>;
