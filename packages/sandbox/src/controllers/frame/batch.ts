/** At most so many in one go, whatever is missing (controller.BurstReplicas). */
const MAX_BATCH = 500;

/**
 * Does something so many times at once: first once, then twice, then four times, ... as long as nothing fails, so that a
 * namespace that takes no more Pods is not asked a hundred times (controller.slowStartBatch). Rejects with the first failure.
 */
export async function slowStart(count: number, run: (index: number) => Promise<unknown>): Promise<void> {
  const total = Math.min(count, MAX_BATCH);
  for (let done = 0, size = 1; done < total; size *= 2) {
    const now = Math.min(size, total - done);
    const results = await Promise.allSettled(Array.from({ length: now }, (_, index) => run(done + index)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    done += now;
  }
}
