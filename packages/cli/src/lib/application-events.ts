import { type KubernetesObject, type ObjectReference, systemClock } from '@capstan/base';
import { type ApplicationTree, applicationTree } from '@capstan/core';
import { type EventSummary, eventSummary, type KubeClient, startInformer } from '@capstan/kube';
import { componentNodes, withDescendants } from './components-of.ts';

/** An Event about the application or something that belongs to it. */
export interface ApplicationEventRow extends EventSummary {
  readonly object: ObjectReference;
}

/** What to look at. */
export interface EventsInput {
  readonly name: string;
  readonly namespace: string;
  /** Only what belongs to this component. */
  readonly component?: string | undefined;
  readonly signal: AbortSignal;
}

const EVENT = { apiVersion: 'v1', kind: 'Event' } as const;

/** The Events about an application and everything that belongs to it, oldest first; undefined when there is no such application. */
export async function applicationEvents(
  client: KubeClient,
  input: EventsInput,
): Promise<ApplicationEventRow[] | undefined> {
  const tree = await applicationTree(client, input);
  if (!tree) return undefined;
  const known = objectsOf(tree, input.component);
  const { items } = await client.list(EVENT, { namespace: input.namespace, signal: input.signal });
  return items
    .filter((event) => isAbout(event, known))
    .map(rowOf)
    .sort(byTime);
}

/**
 * Calls back for each Event from now on, those that are there already left out, until the signal is aborted. What
 * belongs to the application is looked up again when an Event is about something new.
 */
export async function followEvents(
  client: KubeClient,
  input: EventsInput,
  onEvent: (row: ApplicationEventRow) => void,
): Promise<void> {
  const { namespace, signal } = input;
  const informer = startInformer(client, { kind: EVENT, namespace, signal });
  await informer.synced;
  let known = new Set<string>();
  const strangers = new Set<string>();
  let waiting: KubernetesObject[] = [];
  let awake = new AbortController();
  const before = new Set(informer.list(namespace).map(versionOf));
  informer.onChange(({ object }) => {
    if (before.has(versionOf(object))) return;
    waiting.push(object);
    awake.abort();
  });
  while (!signal.aborted) {
    const events = waiting;
    waiting = [];
    awake = new AbortController();
    // One look at the application answers for everything new in this batch.
    if (events.some((event) => !isAbout(event, known) && !strangers.has(keyOf(event)))) {
      const tree = await applicationTree(client, input);
      if (tree) known = objectsOf(tree, input.component);
    }
    for (const event of events) {
      if (isAbout(event, known)) onEvent(rowOf(event));
      else strangers.add(keyOf(event));
    }
    if (waiting.length === 0) await systemClock.sleep(LONGEST_PAUSE_MS, AbortSignal.any([signal, awake.signal]));
  }
}

const LONGEST_PAUSE_MS = 3_600_000;

/** Kind and name of everything in the tree, or below one component and the application itself. */
function objectsOf({ application }: ApplicationTree, component: string | undefined): Set<string> {
  const parts = component === undefined ? application.children : componentNodes(application, component);
  const nodes = [application, ...parts.flatMap(withDescendants)];
  return new Set(nodes.map(({ kind, name }) => `${kind}/${name}`));
}

function isAbout(event: KubernetesObject, known: ReadonlySet<string>): boolean {
  return known.has(keyOf(event));
}

function keyOf(event: KubernetesObject): string {
  const { kind, name } = involved(event);
  return `${kind}/${name}`;
}

function versionOf({ metadata }: KubernetesObject): string {
  return `${metadata.uid}/${metadata.resourceVersion}`;
}

function rowOf(event: KubernetesObject): ApplicationEventRow {
  const { apiVersion = '', kind = '', name = '', namespace } = involved(event);
  return { ...eventSummary(event), object: { apiVersion, kind, name, ...(namespace ? { namespace } : {}) } };
}

function involved(event: KubernetesObject): Partial<ObjectReference> {
  return (event['involvedObject'] ?? {}) as Partial<ObjectReference>;
}

function byTime(one: ApplicationEventRow, other: ApplicationEventRow): number {
  return one.at.localeCompare(other.at);
}
