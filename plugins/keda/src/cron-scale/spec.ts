import type { KubernetesObject } from '@capstan/plugin-api';

/** Name of the friendly trait's CRD and Definition. */
export const CRON_SCALE_DEFINITION = 'cronscales.traits.capstan.dev';

/** From when on there are so many replicas. */
export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
  readonly replicas: number;
}

/** The schedules of a CronScale that passed its CRD's schema, with the CRD's defaults where a file leaves fields out. */
export function schedulesOf(trait: KubernetesObject): readonly Schedule[] {
  const { schedules = [] } = (trait['spec'] ?? {}) as { readonly schedules?: readonly Partial<Schedule>[] };
  return schedules.map(({ cron = '', timeZone = 'Etc/UTC', replicas = 0 }) => ({ cron, timeZone, replicas }));
}
