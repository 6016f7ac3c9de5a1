import { startTestServer } from '../../packages/apiserver/src/testing/index.ts';
import { isCapstanError, type KubernetesObject } from '../../packages/base/src/index.ts';
import { connect, KUBE_CODES, type KubeClient, waitUntilServed } from '../../packages/kube/src/index.ts';

/** Says what an API server with certain CRDs thinks of an object. */
export interface Judge extends AsyncDisposable {
  /** Why it refuses the object (schema, CEL, an unknown field), or undefined where it would create it. */
  refusal(object: KubernetesObject): Promise<string | undefined>;
}

interface CrdSpec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

/**
 * An embedded API server that has these CRDs, for dry runs. Of two with one name the last counts. A conversion webhook is
 * left out, for nothing answers one here. Rejects when a CRD itself is refused.
 */
export async function startJudge(crds: readonly KubernetesObject[]): Promise<Judge> {
  const server = await startTestServer();
  const client = await connect({ kubeconfig: server.kubeconfigPath });
  const stop = async () => {
    client.close();
    await server.stop();
  };
  const byName = new Map(crds.map((crd) => [crd.metadata.name, crd]));
  try {
    for (const crd of byName.values()) await client.create(withoutConversion(crd));
    for (const crd of byName.values()) {
      const { group, names, versions } = crd['spec'] as unknown as CrdSpec;
      const version = versions.find(({ served }) => served)?.name ?? '';
      await waitUntilServed(client, { apiVersion: `${group}/${version}`, kind: names.kind });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const namespaces = new Set(['default']);
  return {
    async refusal(object) {
      const placed = await place(client, object, namespaces);
      if (placed === undefined) return `${object.apiVersion} ${object.kind} is not served`;
      try {
        await client.create(placed, { dryRun: true });
        return undefined;
      } catch (error) {
        if (!isCapstanError(error)) throw error;
        // What is there already was valid once.
        return error.code === KUBE_CODES.conflict ? undefined : error.message;
      }
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** The object in a namespace that exists, without what only a server writes; undefined where its kind is not served. */
async function place(
  client: KubeClient,
  object: KubernetesObject,
  namespaces: Set<string>,
): Promise<KubernetesObject | undefined> {
  const resource = await client.discovery.find(object);
  if (resource === undefined) return undefined;
  const { namespace: named, ...metadata } = object.metadata;
  if (!resource.namespaced) return { ...object, metadata };
  const namespace = named ?? 'default';
  if (!namespaces.has(namespace)) {
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    namespaces.add(namespace);
  }
  return { ...object, metadata: { ...metadata, namespace } };
}

function withoutConversion(crd: KubernetesObject): KubernetesObject {
  const { conversion: _webhook, ...spec } = crd['spec'] as Record<string, unknown>;
  const { apiVersion, kind, metadata } = crd;
  return { apiVersion, kind, metadata: { name: metadata.name }, spec } as KubernetesObject;
}
