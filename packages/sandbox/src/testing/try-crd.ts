import { readFile } from 'node:fs/promises';
import type { KubernetesObject } from '@capstan/base';
import { connect, waitUntilServed } from '@capstan/kube';
import { parse } from 'yaml';

/** A CRD that an API server serves, for tests of its rules. */
export interface CrdTrial {
  /** What the API server makes of an object of the kind, under a name of no meaning; nothing is kept. */
  tryOut(object: KubernetesObject): Promise<KubernetesObject>;
  close(): void;
}

/** Applies the CRD in a YAML file to the cluster of a kubeconfig and waits until it is served. */
export async function tryCrd(file: string, kubeconfig: string): Promise<CrdTrial> {
  const client = await connect({ kubeconfig });
  const crd = parse(await readFile(file, 'utf8'));
  await client.apply(crd, { force: true });
  const { group, names, versions } = crd.spec;
  await waitUntilServed(client, { apiVersion: `${group}/${versions[0].name}`, kind: names.kind }, {});
  return {
    tryOut(object) {
      // What is undefined is left out, as a file cannot say it.
      const stated = JSON.parse(JSON.stringify(object));
      return client.create({ ...stated, metadata: { name: 'try', namespace: 'default' } }, { dryRun: true });
    },
    close: () => client.close(),
  };
}
