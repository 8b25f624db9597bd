import type { World } from "./world.ts";

/**
 * Lets a world wait for digests, which are made on another thread: what a client does next must not depend on how long
 * that takes. Answers how to stop that.
 */
export function awaitDigests(world: World): () => void {
  const { subtle } = crypto;
  const digest = subtle.digest.bind(subtle);
  subtle.digest = async (...args: Parameters<typeof digest>) => {
    world.callsUnderWay++;
    try {
      return await digest(...args);
    } finally {
      world.callsUnderWay--;
    }
  };
  return () => void (subtle.digest = digest);
}
