import type { Condition, Health, KubernetesObject } from '@capstan/base';
import { conditionsOf, healthOf } from '@capstan/kube';

/** The six states that Capstan shows. */
export type ShownState = 'Pending' | 'Applying' | 'Ready' | 'Degraded' | 'Stalled' | 'Removing';

/** State of an application in one word, and why. */
export interface ApplicationState {
  readonly state: ShownState;
  readonly message: string;
}

/** The state that an application's conditions amount to. */
export function applicationState(application: KubernetesObject): ApplicationState {
  const { generation, deletionTimestamp } = application.metadata;
  const find = (type: string) => conditionsOf(application).find((condition) => condition.type === type);
  const synced = find('Synced');
  const ready = find('Ready');
  if (deletionTimestamp) return { state: 'Removing', message: '' };
  if (!synced && !ready) return { state: 'Pending', message: 'no operator has looked at it yet' };
  if (synced && isOutdated(synced, generation))
    return { state: 'Applying', message: 'the last change is not looked at yet' };
  if (synced?.status === 'False') return { state: 'Stalled', message: synced.message };
  if (ready?.status === 'True') return { state: 'Ready', message: '' };
  const message = ready?.message || ready?.reason || '';
  return { state: healthOf(application).status === 'degraded' ? 'Degraded' : 'Applying', message };
}

/** The word for a health. */
export function shownHealth({ status }: Pick<Health, 'status'>): ShownState | 'Unknown' {
  return ({ ready: 'Ready', progressing: 'Applying', degraded: 'Degraded', unknown: 'Unknown' } as const)[status];
}

function isOutdated(condition: Condition, generation: number | undefined): boolean {
  return (
    generation !== undefined && condition.observedGeneration !== undefined && condition.observedGeneration < generation
  );
}
