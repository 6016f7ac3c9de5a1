import { OAM_LABELS } from '@capstan/oam-model';
import type { ComponentContext } from '@capstan/plugin-api';

/**
 * The labels by which a workload's pods are known. A Deployment's selector and a Job's template cannot be changed, so
 * they depend on names only, never on the spec.
 */
export function podLabels(workload: string, { application, component }: ComponentContext): Record<string, string> {
  return {
    'app.kubernetes.io/name': workload,
    [OAM_LABELS.application]: application,
    [OAM_LABELS.component]: component,
  };
}
