import { defineScript } from '../script/load.ts';
import type { JsonMap, Script, Step } from '../script/types.ts';
import { PATCH_TYPES } from './builtin.ts';
import { Random } from './random.ts';

const SEQUENCES = 12;
const STEPS = 14;
const MANAGERS = ['one', 'two', 'three'];

interface Target {
  readonly label: string;
  readonly collection: string;
  /** The least that a creation needs. */
  base(random: Random): JsonMap;
  /** A part of an object, as a manager would apply it. */
  part(random: Random): JsonMap;
}

/** Random sequences of applies, forced applies, merge patches and reads by several managers. */
export function applyFuzzScripts(): Script[] {
  return TARGETS.flatMap((target, index) =>
    Array.from({ length: SEQUENCES }, (_, number) => {
      const random = new Random(1000 * (index + 1) + number);
      const steps = sequence(target, random, number);
      return defineScript(`apply-fuzz/${target.label}-${number}`, { steps });
    }),
  );
}

function sequence(target: Target, random: Random, number: number): Step[] {
  const path = `${target.collection}/x`;
  const feature = (step: number) => `sequence ${number}, step ${step}`;
  const first: Step = {
    request: `PATCH ${path}?fieldManager=one&force=true`,
    contentType: PATCH_TYPES.apply,
    body: target.base(random),
    case: feature(0),
  };
  const others = Array.from({ length: STEPS }, (_, index): Step => {
    const manager = random.pick(MANAGERS);
    const kind = random.next();
    const counted = { case: feature(index + 1) };
    if (kind < 0.65) {
      const force = random.chance(0.4) ? '&force=true' : '';
      const body = random.chance(0.6) && manager === 'one' ? target.base(random) : target.part(random);
      return {
        request: `PATCH ${path}?fieldManager=${manager}${force}`,
        contentType: PATCH_TYPES.apply,
        body,
        ...counted,
      };
    }
    if (kind < 0.9) {
      const { apiVersion: _, kind: __, ...body } = target.part(random);
      return { request: `PATCH ${path}?fieldManager=${manager}`, contentType: PATCH_TYPES.merge, body, ...counted };
    }
    return { request: `GET ${path}`, ...counted };
  });
  return [first, ...others];
}

const TARGETS: readonly Target[] = [
  {
    label: 'configmaps',
    collection: '/api/v1/namespaces/$(ns)/configmaps',
    base: (random) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...metadata(random), data: dataOf(random) }),
    part: (random) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...metadata(random), data: dataOf(random) }),
  },
  {
    label: 'services',
    collection: '/api/v1/namespaces/$(ns)/services',
    base: (random) => service(random, [{ name: 'a', port: 80 }, ...portsOf(random)]),
    part: (random) => service(random, portsOf(random)),
  },
  {
    label: 'deployments',
    collection: '/apis/apps/v1/namespaces/$(ns)/deployments',
    base: (random) => deployment(random, true),
    part: (random) => deployment(random, false),
  },
];

function metadata(random: Random): JsonMap {
  const labels = Object.fromEntries(random.some(['a', 'b', 'c']).map((key) => [key, random.pick(['x', 'y'])]));
  const finalizers = random.some(['example.com/f', 'example.com/g'], 0.3);
  return { metadata: { name: 'x', labels, ...(finalizers.length > 0 && { finalizers }) } };
}

function dataOf(random: Random): JsonMap {
  return Object.fromEntries(random.some(['k1', 'k2', 'k3', 'k4']).map((key) => [key, random.pick(['v', 'w'])]));
}

function portsOf(random: Random): JsonMap[] {
  const ports: readonly JsonMap[] = [
    { name: 'b', port: 81 },
    { name: 'c', port: 82, targetPort: random.pick([1, 2]) },
    { name: 'd', port: 82, protocol: 'UDP' },
  ];
  return random.some(ports);
}

function service(random: Random, ports: readonly JsonMap[]): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    ...metadata(random),
    spec: {
      ports,
      ...(random.chance(0.5) && { selector: dataOf(random) }),
      ...(random.chance(0.3) && { sessionAffinity: random.pick(['None', 'ClientIP']) }),
    },
  };
}

function deployment(random: Random, isWhole: boolean): JsonMap {
  const container = (name: string): JsonMap => ({
    name,
    ...((isWhole || random.chance(0.5)) && { image: random.pick(['i', 'j']) }),
    ...(random.chance(0.4) && { args: random.some(['p', 'q', 'r']) }),
    ...(random.chance(0.5) && {
      env: random.some(['A', 'B']).map((key) => ({ name: key, value: random.pick(['1', '2']) })),
    }),
    ...(random.chance(0.4) && {
      ports: random.some<JsonMap>([
        { containerPort: 80 },
        { containerPort: 80, protocol: 'UDP' },
        { containerPort: 81, name: 'n' },
      ]),
    }),
    ...(random.chance(0.3) && { resources: { limits: { cpu: random.pick(['1', '1000m', '2']) } } }),
  });
  const names = isWhole ? ['a', ...random.some(['b'])] : random.some(['a', 'b', 'c']);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...metadata(random),
    spec: {
      ...(isWhole && { selector: { matchLabels: { app: 'x' } } }),
      ...(random.chance(0.4) && { replicas: random.below(3) }),
      ...(random.chance(0.2) && {
        strategy: { rollingUpdate: { maxSurge: random.pick<string | number>([1, '50%']) } },
      }),
      template: {
        ...(isWhole && { metadata: { labels: { app: 'x' } } }),
        spec: {
          containers: names.map(container),
          ...(random.chance(0.3) && { volumes: [{ name: 'v', emptyDir: {} }] }),
          ...(random.chance(0.3) && { tolerations: [{ key: random.pick(['s', 't']), operator: 'Exists' }] }),
        },
      },
    },
  };
}
