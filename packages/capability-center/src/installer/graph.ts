/** A piece of work, and the pieces that must be done before it. */
export interface GraphNode {
  readonly id: string;
  /** Ids of nodes of the same graph. */
  readonly after: readonly string[];
  run(): Promise<void>;
}

/**
 * Runs every node of an acyclic graph, at most `limit` at a time, each as soon as all that it comes after are done; of
 * several that are ready the first of the list goes first. After a failure, or when the signal is aborted, nothing new is
 * begun; what is under way is waited for; then the first failure is thrown. Throws at once for an unknown name or a cycle.
 */
export async function runGraph(
  nodes: readonly GraphNode[],
  options: { readonly limit: number; readonly signal?: AbortSignal },
): Promise<void> {
  assertAcyclic(nodes);
  const { limit, signal } = options;
  const waiting = new Set(nodes);
  const done = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const begin = () => {
    for (const node of waiting) {
      if (running.size >= limit || failures.length > 0 || signal?.aborted) return;
      if (!node.after.every((id) => done.has(id))) continue;
      waiting.delete(node);
      const work = node.run().then(
        () => void done.add(node.id),
        (error: unknown) => void failures.push(error),
      );
      running.set(
        node.id,
        work.finally(() => running.delete(node.id)),
      );
    }
  };
  for (begin(); running.size > 0; begin()) await Promise.race(running.values());
  if (failures.length > 0) throw failures[0];
  signal?.throwIfAborted();
}

/** Kahn's algorithm: what cannot be put in an order is on a cycle or comes after something that does not exist. */
function assertAcyclic(nodes: readonly GraphNode[]): void {
  const order = new Set<string>();
  let left = [...nodes];
  for (;;) {
    const ready = left.filter(({ after }) => after.every((id) => order.has(id)));
    if (ready.length === 0) break;
    for (const { id } of ready) order.add(id);
    left = left.filter(({ id }) => !order.has(id));
  }
  if (left.length > 0) throw new Error(`these steps wait for one another: ${left.map(({ id }) => id).join(', ')}`);
}
