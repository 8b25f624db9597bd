import { z } from "zod";

/** One sample of this machine. Values that the system does not report are null, never a made-up zero. */
export const Sample = z.object({
  /** Time of the sample, in milliseconds since 1970. */
  atMs: z.number(),
  /** Share of the processors' time that was used since the sample before, from 0 to 1. */
  cpuBusy: z.number().min(0).max(1).nullable(),
  /** Programs that ran or waited to run, as an average over one minute. */
  load: z.number().nullable(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  diskUsedBytes: z.number().nullable(),
  diskTotalBytes: z.number().nullable(),
  /** Delay of the sample after its fire time: the scheduler's own delay. */
  lagMs: z.number().nullable(),
});

/** One look at this machine. */
export type Sample = z.infer<typeof Sample>;
