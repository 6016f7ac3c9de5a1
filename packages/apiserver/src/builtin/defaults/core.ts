import { asFields, ensure, type Fields, fields, list, setDefault, text } from '../values.ts';

/* Defaults of core types other than Pods, of network policies and device requests. Upstream: defaults.go of each group. */

const CLIENT_IP_SECONDS = 10800;
const EXTERNAL_TYPES = ['NodePort', 'LoadBalancer'];

/** Conditional defaults of Services, volumes claims, Namespaces and others. */
export const coreDefaults: Readonly<Record<string, (value: Fields) => void>> = {
  'io.k8s.api.core.v1.ReplicationController': (controller) => {
    const spec = fields(controller['spec']);
    const labels = templateLabels(spec);
    if (!labels) return;
    if (Object.keys(fields(spec['selector'])).length === 0) spec['selector'] = { ...labels };
    labelLikeTemplate(controller, labels);
  },
  'io.k8s.api.core.v1.Service': service,
  'io.k8s.api.core.v1.PersistentVolume': (volume) => {
    const spec = ensure(volume, 'spec');
    setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain');
    setDefault(spec, 'volumeMode', 'Filesystem');
  },
  'io.k8s.api.core.v1.Namespace': (namespace) => {
    const metadata = ensure(namespace, 'metadata');
    const name = text(metadata['name']);
    if (name !== '') ensure(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  },
  'io.k8s.api.core.v1.NodeStatus': (status) => {
    const capacity = asFields(status['capacity']);
    if (capacity) setDefault(status, 'allocatable', { ...capacity });
  },
  'io.k8s.api.core.v1.LimitRangeItem': limitRangeItem,
  'io.k8s.api.networking.v1.NetworkPolicySpec': (spec) => {
    const egress = list(spec['egress']).length > 0;
    setDefault(spec, 'policyTypes', egress ? ['Ingress', 'Egress'] : ['Ingress']);
  },
  'io.k8s.api.rbac.v1.Subject': (subject) => {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') {
      setDefault(subject, 'apiGroup', 'rbac.authorization.k8s.io');
    }
  },
  'io.k8s.api.resource.v1.ExactDeviceRequest': deviceCount,
  'io.k8s.api.resource.v1.DeviceSubRequest': deviceCount,
  'io.k8s.api.resource.v1.DeviceTaint': (taint) => {
    setDefault(taint, 'timeAdded', `${new Date().toISOString().slice(0, 19)}Z`);
  },
};

/** The labels of a workload's Pod template; undefined where it has none. */
export function templateLabels(spec: Fields): Fields | undefined {
  return asFields(fields(fields(spec['template'])['metadata'])['labels']);
}

/** Gives an object without labels those of its template. */
export function labelLikeTemplate(object: Fields, labels: Fields): void {
  const metadata = ensure(object, 'metadata');
  if (Object.keys(fields(metadata['labels'])).length === 0) metadata['labels'] = { ...labels };
}

function deviceCount(request: Fields): void {
  if (request['allocationMode'] === 'ExactCount') setDefault(request, 'count', 1);
}

function service(object: Fields): void {
  const spec = ensure(object, 'spec');
  setDefault(spec, 'sessionAffinity', 'None');
  setDefault(spec, 'type', 'ClusterIP');
  sessionAffinity(spec);
  for (const port of list(spec['ports'])) {
    const target = port['targetPort'];
    if (target === undefined || target === null || target === 0 || target === '') port['targetPort'] = port['port'];
  }
  const type = text(spec['type']);
  const hasExternalIps = Array.isArray(spec['externalIPs']) && spec['externalIPs'].length > 0;
  if (EXTERNAL_TYPES.includes(type) || (type === 'ClusterIP' && hasExternalIps)) {
    setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  }
  if (type === 'ClusterIP' || EXTERNAL_TYPES.includes(type)) setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  if (type !== 'LoadBalancer') return;
  setDefault(spec, 'allocateLoadBalancerNodePorts', true);
  for (const ingress of list(fields(fields(object['status'])['loadBalancer'])['ingress'])) {
    if (text(ingress['ip']) !== '') setDefault(ingress, 'ipMode', 'VIP');
  }
}

function sessionAffinity(spec: Fields): void {
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] !== 'ClientIP') return;
  const seconds = fields(fields(spec['sessionAffinityConfig'])['clientIP'])['timeoutSeconds'];
  if (typeof seconds !== 'number') spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: CLIENT_IP_SECONDS } };
}

function limitRangeItem(item: Fields): void {
  if (item['type'] !== 'Container') return;
  const limits: Fields = { ...fields(item['max']), ...fields(item['default']) };
  const requests: Fields = { ...fields(item['min']), ...limits, ...fields(item['defaultRequest']) };
  if (Object.keys(limits).length > 0) item['default'] = limits;
  if (Object.keys(requests).length > 0) item['defaultRequest'] = requests;
}
