import type { KubeObject } from '../model/object.ts';
import { type Cell, columns, type Printer, type RowCondition } from './columns.ts';
import { since } from './duration.ts';
import { count, type Fields, fieldsOf, isTrue, items, optionalFields, text } from './fields.ts';
import { orNone } from './format.ts';

/* The table of Pods: printPod of pkg/printers/internalversion. */

/** What is gathered from the container statuses. */
interface Summary {
  reason: string;
  ready: number;
  restarts: number;
  /** The last restart as RFC 3339; timestamps of one form are ordered as texts. */
  lastRestart: string;
}

const SUCCEEDED = rowCompleted('Succeeded', 'The pod has completed successfully.');
const FAILED = rowCompleted('Failed', 'The pod failed.');

function rowCompleted(reason: string, message: string): readonly RowCondition[] {
  return [{ type: 'Completed', status: 'True', reason, message }];
}

/** Pods. */
export const podPrinter: Printer = {
  columns: columns('Name|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*'),
  cells: podCells,
  conditions(pod) {
    const phase = text(pod, 'status', 'phase');
    return phase === 'Succeeded' ? SUCCEEDED : phase === 'Failed' ? FAILED : undefined;
  },
};

function podCells(pod: KubeObject, now: number): Cell[] {
  const spec = fieldsOf(pod, 'spec');
  const status = fieldsOf(pod, 'status');
  const summary = summarise(spec, status);
  const { restarts, lastRestart } = summary;
  const restartCell = restarts !== 0 && lastRestart !== '' ? `${restarts} (${since(lastRestart, now)} ago)` : restarts;
  const sidecars = items(spec, 'initContainers').filter(isSidecar).length;
  return [
    pod.metadata.name ?? '',
    `${summary.ready}/${items(spec, 'containers').length + sidecars}`,
    deletionReason(pod, status) ?? summary.reason,
    String(restartCell),
    since(pod.metadata.creationTimestamp, now),
    orNone(text(items(status, 'podIPs')[0] ?? {}, 'ip')),
    orNone(text(spec, 'nodeName')),
    orNone(text(status, 'nominatedNodeName')),
    readinessGates(spec, status),
  ];
}

function deletionReason(pod: KubeObject, status: Fields): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  if (text(status, 'reason') === 'NodeLost') return 'Unknown';
  return ['Succeeded', 'Failed'].includes(text(status, 'phase')) ? undefined : 'Terminating';
}

function summarise(spec: Fields, status: Fields): Summary {
  const summary: Summary = { reason: firstReason(status), ready: 0, restarts: 0, lastRestart: '' };
  const sidecars: Summary = { ...summary };
  const initializing = addInitContainers(spec, status, summary, sidecars);
  if (initializing && !hasCondition(status, 'Initialized')) return summary;
  summary.restarts = sidecars.restarts;
  summary.lastRestart = sidecars.lastRestart;
  addContainers(status, summary);
  return summary;
}

function firstReason(status: Fields): string {
  const gated = items(status, 'conditions').some(
    (condition) => text(condition, 'type') === 'PodScheduled' && text(condition, 'reason') === 'SchedulingGated',
  );
  return gated ? 'SchedulingGated' : text(status, 'reason') || text(status, 'phase');
}

/** Whether an init container is not done yet: then the first such one is the reason. */
function addInitContainers(spec: Fields, status: Fields, summary: Summary, sidecars: Summary): boolean {
  const all = items(spec, 'initContainers');
  const sidecarNames = new Set(all.filter(isSidecar).map((container) => text(container, 'name')));
  for (const [index, container] of items(status, 'initContainerStatuses').entries()) {
    const sidecar = sidecarNames.has(text(container, 'name'));
    addRestarts(container, summary);
    if (sidecar) addRestarts(container, sidecars);
    const terminated = optionalFields(container, 'state', 'terminated');
    if (terminated && count(terminated, 'exitCode') === 0) continue;
    if (sidecar && isTrue(container, 'started')) {
      if (isTrue(container, 'ready')) summary.ready += 1;
      continue;
    }
    summary.reason = initReason(container, terminated, index, all.length);
    return true;
  }
  return false;
}

function initReason(container: Fields, terminated: Fields | undefined, index: number, total: number): string {
  if (terminated) return `Init:${exitReason(terminated)}`;
  const waiting = text(container, 'state', 'waiting', 'reason');
  return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${total}`;
}

function addContainers(status: Fields, summary: Summary): void {
  let running = false;
  let errorReason = '';
  for (const container of items(status, 'containerStatuses').toReversed()) {
    addRestarts(container, summary);
    const waiting = text(container, 'state', 'waiting', 'reason');
    const terminated = optionalFields(container, 'state', 'terminated');
    if (waiting !== '') {
      summary.reason = waiting;
    } else if (terminated) {
      summary.reason = exitReason(terminated);
      if (count(terminated, 'exitCode') !== 0) errorReason = summary.reason;
    } else if (isTrue(container, 'ready') && optionalFields(container, 'state', 'running')) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.reason !== 'Completed') return;
  // One container has ended well, others may still run.
  if (running && hasCondition(status, 'Ready')) summary.reason = 'Running';
  else if (errorReason !== '') summary.reason = errorReason;
  else if (running) summary.reason = 'NotReady';
}

function exitReason(terminated: Fields): string {
  const reason = text(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = count(terminated, 'signal');
  return signal === 0 ? `ExitCode:${count(terminated, 'exitCode')}` : `Signal:${signal}`;
}

function addRestarts(container: Fields, summary: Summary): void {
  summary.restarts += count(container, 'restartCount');
  const finished = text(container, 'lastState', 'terminated', 'finishedAt');
  if (finished > summary.lastRestart) summary.lastRestart = finished;
}

function isSidecar(container: Fields): boolean {
  return text(container, 'restartPolicy') === 'Always';
}

function hasCondition(status: Fields, type: string): boolean {
  return items(status, 'conditions').some(
    (condition) => text(condition, 'type') === type && text(condition, 'status') === 'True',
  );
}

function readinessGates(spec: Fields, status: Fields): string {
  const gates = items(spec, 'readinessGates');
  const open = gates.filter((gate) => hasCondition(status, text(gate, 'conditionType')));
  return gates.length === 0 ? '<none>' : `${open.length}/${gates.length}`;
}
