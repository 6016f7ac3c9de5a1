import { type KubernetesObject, type ObjectReference, systemClock } from '@capstan/base';
import { applicationTree } from '@capstan/core';
import { type EventSummary, eventSummary, type KubeClient, startInformer } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { componentNodes, withDescendants } from './components-of.ts';

/** An Event about the application or something that belongs to it. */
export interface ApplicationEventRow extends EventSummary {
  readonly object: ObjectReference;
}

/** What to look at. */
export interface EventsInput {
  readonly application: ApplicationConfiguration;
  /** Only what belongs to this component. */
  readonly component?: string | undefined;
  readonly signal: AbortSignal;
}

const EVENT = { apiVersion: 'v1', kind: 'Event' } as const;

/** The Events about an application and everything that belongs to it, oldest first. */
export async function applicationEvents(client: KubeClient, input: EventsInput): Promise<ApplicationEventRow[]> {
  const known = await readObjects(client, input);
  const { namespace = '' } = input.application.metadata;
  const { items } = await client.list(EVENT, { namespace, signal: input.signal });
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
  const { application, signal } = input;
  const { namespace = '' } = application.metadata;
  const informer = startInformer(client, { kind: EVENT, namespace, signal });
  await informer.synced;
  let known: ReadonlySet<string> = new Set();
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
      known = await readObjects(client, input);
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
async function readObjects(
  client: KubeClient,
  { application, component, signal }: EventsInput,
): Promise<ReadonlySet<string>> {
  const { name, namespace = '' } = application.metadata;
  const tree = await applicationTree(client, { name, namespace, signal });
  // Of an application that is gone there is only itself to tell of.
  if (!tree) return new Set([`${application.kind}/${name}`]);
  const parts = componentNodes(tree.application, application, component);
  const nodes = [tree.application, ...parts.flatMap(withDescendants)];
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
