import { definePlugin, type KubernetesObject, type TraitRenderInput, traits } from '@capstan/plugin-api';

const TRAITS = 'traits.capstan.dev/v1alpha1';

/** Renders a notice about the component, and says which provider of `weather` the cluster has. */
export const SIGNPOST = { apiVersion: TRAITS, kind: 'Signpost' };

/** Its controller runs the workload elsewhere, as Flagger does: it renders a Flight and takes over Service and notice. */
export const PILOT = { apiVersion: TRAITS, kind: 'Pilot' };

/** What the Pilot's controller acts on. */
export const FLIGHT = { apiVersion: 'sky.example.dev/v1', kind: 'Flight' };

/** The finalizer of the Pilot's controller. */
export const FLIGHT_FINALIZER = 'finalizer.sky.example.dev';

/** The two traits; a Signpost that asks for `secrets` looks at a kind that its plugin does not declare. */
export const pilot = definePlugin({
  id: 'pilot',
  api: '^1.1.0',
  needs: { traits },
  kinds: [
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
  ],
  setup({ traits }) {
    traits.add({
      definition: 'signposts.traits.capstan.dev',
      render: (input) => [noticeOf(input)],
      health: (_trait, _objects, cluster) => {
        const [lamp] = cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { labels: { lamp: 'on' } });
        return lamp ? { status: 'ready', reason: 'Lit' } : { status: 'degraded', reason: 'Dark', message: 'no lamp' };
      },
    });
    traits.add({
      definition: 'pilots.traits.capstan.dev',
      shape: (workload) => {
        const { replicas: _, ...spec } = workload['spec'] as { replicas?: number };
        return { ...workload, spec };
      },
      takesOver: ({ kind }) => kind === 'Service' || kind === 'ConfigMap',
      render: ({ taken, target, context }) => [
        {
          ...FLIGHT,
          metadata: { name: context.component },
          spec: { target: target.name, taken: taken.map(({ kind, metadata }) => `${kind}/${metadata.name}`) },
        },
      ],
      health: (_trait, [flight]) => {
        const { phase } = (flight?.['status'] ?? {}) as { phase?: string };
        return phase === 'Lost'
          ? { status: 'degraded', reason: 'Lost', message: 'it went down', final: true }
          : { status: 'ready', reason: 'Watched' };
      },
      workloadHealth: (_trait, [flight]) => {
        const { phase } = (flight?.['status'] ?? {}) as { phase?: string };
        return phase === 'Flying'
          ? { status: 'ready', reason: 'Flying' }
          : { status: 'progressing', reason: 'Boarding', message: 'it has not taken off' };
      },
      podOwner: (_trait, [flight], cluster) => {
        const name = `${flight?.metadata.name}-primary`;
        return cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name });
      },
    });
  },
});

function noticeOf({ trait, context, neighbours, cluster }: TraitRenderInput): KubernetesObject {
  const { secrets } = (trait['spec'] ?? {}) as { secrets?: boolean };
  const at = cluster.get({ apiVersion: 'v1', kind: secrets ? 'Secret' : 'ConfigMap', name: 'map' });
  const weather = context.capabilities['weather'];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${context.component}-notice` },
    data: {
      beside: neighbours.map(({ definition, objects }) => `${definition} ${objects.length}`).join(),
      map: JSON.stringify(at?.['data'] ?? null),
      weather: weather ? `${weather.package} ${weather.version} ${JSON.stringify(weather.exports)}` : 'unknown',
    },
  };
}
