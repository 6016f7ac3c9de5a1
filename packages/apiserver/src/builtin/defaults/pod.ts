import { asFields, ensure, type Fields, fields, list, setDefault, text } from '../values.ts';
import { podLevelResources } from './pod-resources.ts';

/* Defaults of Pods and of what they are made of. Upstream: pkg/apis/core/v1/defaults.go. */

/** Conditional defaults of Pods, containers and volumes. */
export const podDefaults: Readonly<Record<string, (value: Fields) => void>> = {
  'io.k8s.api.core.v1.Pod': (pod) => {
    const spec = asFields(pod['spec']);
    if (!spec) return;
    for (const container of [...list(spec['containers']), ...list(spec['initContainers'])])
      requestsFromLimits(container);
    podLevelResources(spec);
    setDefault(spec, 'enableServiceLinks', true);
    if (spec['hostNetwork'] === true) hostPorts([...list(spec['containers']), ...list(spec['initContainers'])]);
  },
  'io.k8s.api.core.v1.PodSpec': (spec) => setDefault(spec, 'securityContext', {}),
  'io.k8s.api.core.v1.Container': imagePullPolicy,
  'io.k8s.api.core.v1.EphemeralContainerCommon': imagePullPolicy,
  'io.k8s.api.core.v1.Volume': (volume) => {
    if (!Object.keys(volume).some((field) => field !== 'name')) volume['emptyDir'] = {};
    const image = asFields(volume['image']);
    if (image && text(image['pullPolicy']) === '') image['pullPolicy'] = pullPolicyOf(text(image['reference']));
  },
};

function imagePullPolicy(container: Fields): void {
  if (text(container['imagePullPolicy']) === '') container['imagePullPolicy'] = pullPolicyOf(text(container['image']));
}

const IMAGE = /^[a-zA-Z0-9][\w./:-]*(@[\w+.:-]+)?$/;

/** `Always` for an image without a tag and digest, or with the tag `latest`. What is no image name has no tag. */
function pullPolicyOf(image: string): string {
  if (!isImageName(image)) return 'IfNotPresent';
  const [name = '', digest] = image.split('@');
  const tag = /:([\w][\w.-]{0,127})$/.exec(name.slice(name.lastIndexOf('/') + 1))?.[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

function isImageName(image: string): boolean {
  if (!IMAGE.test(image)) return false;
  const path = (image.split('@')[0] ?? '').replace(/:[\w][\w.-]{0,127}$/, '');
  const [domain = '', ...rest] = path.split('/');
  // Upper case is only allowed in a registry's name.
  const isDomain = rest.length > 0 && (/[.:A-Z]/.test(domain) || domain === 'localhost');
  return (isDomain ? rest : [domain, ...rest]).every((part) => /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/.test(part));
}

function requestsFromLimits(container: Fields): void {
  const resources = fields(container['resources']);
  const limits = asFields(resources['limits']);
  if (!limits) return;
  const requests = ensure(resources, 'requests');
  for (const [name, amount] of Object.entries(limits)) if (requests[name] === undefined) requests[name] = amount;
}

function hostPorts(containers: readonly Fields[]): void {
  for (const container of containers) {
    for (const port of list(container['ports'])) {
      if ((port['hostPort'] ?? 0) === 0 && port['containerPort'] !== 0) port['hostPort'] = port['containerPort'];
    }
  }
}
