import type { UninstallPlan } from '@capstan/capability-center';
import { count } from '../lib/words.ts';
import { blockerLines, labelled } from './install-plan.ts';
import type { Terminal } from './terminal.ts';

/** What a removal would do and what it would break, for people. */
export function uninstallPlanLines(plan: UninstallPlan, context: string, terminal: Terminal): string[] {
  const width = terminal.columns ?? 100;
  const kept = plan.crds.filter(({ action }) => action === 'keep').map(({ name }) => name);
  const deleted = plan.crds.filter(({ action }) => action === 'delete').map(({ name }) => name);
  const lines = (label: string, text: string) => (text === '' ? [] : labelled(label, text, width));
  return [
    `Plan for context ${context} (nothing is changed)`,
    `  - ${plan.package} ${plan.version}`,
    ...lines('withdraws', plan.definitions.map(({ role, shortName }) => `${role} ${shortName}`).join(', ')),
    ...plan.units.flatMap(({ release, namespace, objects }) =>
      lines('release', `${namespace}/${release}, ${count(objects, 'object')}`),
    ),
    ...lines('deletes', deleted.map((name) => `CRD ${name}`).join(', ')),
    ...lines('keeps', kept.map((name) => `CRD ${name}`).join(', ')),
    ...lines(
      'namespace',
      `${plan.namespace.name}: ${plan.namespace.action}${plan.namespace.reason ? ` (${plan.namespace.reason})` : ''}`,
    ),
    ...plan.instances.flatMap(({ crd, total, leaving }) =>
      lines('instances', `${total} of ${crd}${leaving > 0 ? `, ${leaving} on their way out` : ''}`),
    ),
    ...lines('used by', plan.applications.map(({ namespace, name }) => `application ${namespace}/${name}`).join(', ')),
    ...lines('needed by', plan.dependents.join(', ')),
    ...lines('outside', plan.external ?? ''),
    ...plan.blockers.flatMap((blocker) => blockerLines(blocker, width)),
  ];
}
