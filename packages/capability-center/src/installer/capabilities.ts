import type { KubeClient } from '@capstan/kube';

/** Brings the Capability objects in line with the installations. */
export async function publishCapabilities(_client: KubeClient): Promise<void> {}
