import type { KubeObject } from '../model/object.ts';
import { columns, type Printer } from './columns.ts';
import { since } from './duration.ts';
import { count, type Fields, fieldsOf, isTrue, items, optionalFields, text, valueAt } from './fields.ts';
import { orNone } from './format.ts';

/* Tables of the core group's other kinds, as pkg/printers/internalversion makes them. */

const age = (object: KubeObject, now: number) => since(object.metadata.creationTimestamp, now);
const nameOf = (object: KubeObject) => object.metadata.name ?? '';
const sizeOf = (object: KubeObject, field: string) => Object.keys(fieldsOf(object, field)).length;

/** Namespaces. */
export const namespacePrinter: Printer = {
  columns: columns('Name|Status|Age'),
  cells: (object, now) => [nameOf(object), text(object, 'status', 'phase'), age(object, now)],
};

/** ConfigMaps. */
export const configMapPrinter: Printer = {
  columns: columns('Name|Data|Age'),
  cells: (object, now) => [nameOf(object), sizeOf(object, 'data') + sizeOf(object, 'binaryData'), age(object, now)],
};

/** Secrets. */
export const secretPrinter: Printer = {
  columns: columns('Name|Type|Data|Age'),
  cells: (object, now) => [nameOf(object), text(object, 'type'), sizeOf(object, 'data'), age(object, now)],
};

/** Kinds of which only the age is shown. */
export const agePrinter: Printer = {
  columns: columns('Name|Age'),
  cells: (object, now) => [nameOf(object), age(object, now)],
};

/** ComponentStatuses. */
export const componentStatusPrinter: Printer = {
  columns: columns('Name|Status|Message|Error'),
  cells: (object) => {
    const healthy = items(object, 'conditions').find((condition) => text(condition, 'type') === 'Healthy');
    if (!healthy) return [nameOf(object), 'Unknown', '', ''];
    const status = text(healthy, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
    return [nameOf(object), status, text(healthy, 'message'), text(healthy, 'error')];
  },
};

/** Nodes. */
export const nodePrinter: Printer = {
  columns: columns(
    'Name|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*|Container-Runtime*',
  ),
  cells: (object, now) => {
    const info = fieldsOf(object, 'status', 'nodeInfo');
    return [
      nameOf(object),
      nodeStatus(object),
      orNone(nodeRoles(object).join(',')),
      age(object, now),
      text(info, 'kubeletVersion'),
      nodeAddress(object, 'InternalIP'),
      nodeAddress(object, 'ExternalIP'),
      orNone(text(info, 'osImage'), '<unknown>'),
      orNone(text(info, 'kernelVersion'), '<unknown>'),
      orNone(text(info, 'containerRuntimeVersion'), '<unknown>'),
    ];
  },
};

function nodeStatus(node: KubeObject): string {
  const ready = items(node, 'status', 'conditions').findLast((condition) => text(condition, 'type') === 'Ready');
  const status = ready ? (text(ready, 'status') === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return isTrue(node, 'spec', 'unschedulable') ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: KubeObject): readonly string[] {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.entries(node.metadata.labels ?? {}).map(([label, value]) => {
    if (label.startsWith(prefix)) return label.slice(prefix.length);
    return label === 'kubernetes.io/role' ? value : '';
  });
  return [...new Set(roles)].filter((role) => role !== '').sort();
}

function nodeAddress(node: KubeObject, type: string): string {
  const address = items(node, 'status', 'addresses').find((one) => text(one, 'type') === type);
  return address ? text(address, 'address') : '<none>';
}

/** Events of both groups: events.k8s.io names some fields otherwise. */
export const eventPrinter: Printer = {
  columns: columns('Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*'),
  cells: (object, now) => {
    const involved = optionalFields(object, 'involvedObject') ?? fieldsOf(object, 'regarding');
    const series = optionalFields(object, 'series');
    const first = since(either(object, 'firstTimestamp', 'deprecatedFirstTimestamp') || object['eventTime'], now);
    const lastSeen = either(object, 'lastTimestamp', 'deprecatedLastTimestamp');
    const last = series ? since(series['lastObservedTime'], now) : lastSeen === '' ? first : since(lastSeen, now);
    const times = series ? count(series, 'count') : count(object, 'count') || count(object, 'deprecatedCount') || 1;
    const kind = text(involved, 'kind').toLowerCase();
    const target = text(involved, 'name');
    return [
      last,
      text(object, 'type'),
      text(object, 'reason'),
      target === '' ? kind : `${kind}/${target}`,
      text(involved, 'fieldPath'),
      eventSource(object),
      either(object, 'message', 'note').trim(),
      first,
      times,
      nameOf(object),
    ];
  },
};

function either(object: KubeObject, name: string, other: string): string {
  return text(object, name) || text(object, other);
}

function eventSource(event: KubeObject): string {
  const source = optionalFields(event, 'source') ?? fieldsOf(event, 'deprecatedSource');
  const reporter = either(event, 'reportingComponent', 'reportingController');
  const component = text(source, 'component') || reporter;
  const host = text(source, 'host') || text(event, 'reportingInstance');
  return host === '' ? component : `${component}, ${host}`;
}

/** ResourceQuotas. */
export const resourceQuotaPrinter: Printer = {
  columns: columns('Name|Request|Limit|Age'),
  cells: (object, now) => {
    const hard = fieldsOf(object, 'status', 'hard');
    const used = fieldsOf(object, 'status', 'used');
    const names = Object.keys(hard).sort();
    const shown = (limits: boolean) =>
      names
        .filter((name) => name.startsWith('limits.') === limits)
        .map((name) => `${name}: ${text(used, name) || '0'}/${text(hard, name)}`)
        .join(', ');
    return [nameOf(object), shown(false), shown(true), age(object, now)];
  },
};

/** Leases. */
export const leasePrinter: Printer = {
  columns: columns('Name|Holder|Age'),
  cells: (object, now) => [nameOf(object), text(object, 'spec', 'holderIdentity'), age(object, now)],
};

/** PriorityClasses. */
export const priorityClassPrinter: Printer = {
  columns: columns('Name|Value:integer|Global-Default:boolean|Age|PreemptionPolicy'),
  cells: (object, now) => [
    nameOf(object),
    count(object, 'value'),
    isTrue(object, 'globalDefault'),
    age(object, now),
    text(object, 'preemptionPolicy'),
  ],
};

/** RuntimeClasses. */
export const runtimeClassPrinter: Printer = {
  columns: columns('Name|Handler|Age'),
  cells: (object, now) => [nameOf(object), text(object, 'handler'), age(object, now)],
};

/** PodDisruptionBudgets. */
export const podDisruptionBudgetPrinter: Printer = {
  columns: columns('Name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age'),
  cells: (object, now) => [
    nameOf(object),
    quantityOrNot(object, 'minAvailable'),
    quantityOrNot(object, 'maxUnavailable'),
    count(object, 'status', 'disruptionsAllowed'),
    age(object, now),
  ],
};

function quantityOrNot(object: KubeObject, field: string): string {
  return valueAt(object, ['spec', field]) === undefined ? 'N/A' : text(object, 'spec', field);
}

/** Bindings of both scopes. */
export const roleBindingPrinter: Printer = {
  columns: columns('Name|Role|Age|Users*|Groups*|ServiceAccounts*'),
  cells: (object, now) => {
    const subjects = items(object, 'subjects');
    const named = (kind: string, show: (subject: Fields) => string) =>
      subjects
        .filter((subject) => text(subject, 'kind') === kind)
        .map(show)
        .join(', ');
    return [
      nameOf(object),
      `${text(object, 'roleRef', 'kind')}/${text(object, 'roleRef', 'name')}`,
      age(object, now),
      named('User', (subject) => text(subject, 'name')),
      named('Group', (subject) => text(subject, 'name')),
      named('ServiceAccount', (subject) => `${text(subject, 'namespace')}/${text(subject, 'name')}`),
    ];
  },
};

/** Roles, CRDs and other kinds without a printer of their own: when they were made. */
export const plainPrinter: Printer = {
  columns: columns('Name|Created At:date'),
  cells: (object) => [nameOf(object), object.metadata.creationTimestamp ?? '0001-01-01T00:00:00Z'],
  nullWhenEmpty: true,
};
