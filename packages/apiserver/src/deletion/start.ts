import { CrdCleanup } from './crd-cleanup.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { NamespaceController } from './namespace-controller.ts';
import type { DeletionParts } from './ports.ts';

/** The running deletion controllers. */
export interface DeletionControllers {
  /** Resolves when none of them has anything to do. */
  idle(): Promise<void>;
  close(): void;
}

/**
 * Starts garbage collection, the emptying of namespaces and the removal of the instances of deleted CRDs. To be called when
 * CRDs that are there already are served.
 */
export function startDeletionControllers(parts: DeletionParts): DeletionControllers {
  const controllers = [new GarbageCollector(parts), new NamespaceController(parts), new CrdCleanup(parts)];
  return {
    async idle() {
      while (controllers.some(({ queue }) => !queue.isIdle)) {
        for (const { queue } of controllers) await queue.idle();
      }
    },
    close() {
      for (const controller of controllers) controller.close();
    },
  };
}
