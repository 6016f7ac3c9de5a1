import type { ObjectReference } from '@capstan/base';
import { OAM_API_VERSION, OAM_LABELS } from '@capstan/oam-model';
import type { Decision, ProblemReason } from './model.ts';

const ABSENCES: readonly ProblemReason[] = [
  'ComponentMissing',
  'RevisionMissing',
  'InvalidScope',
  'TraitDefinitionMissing',
  'WorkloadDefinitionMissing',
];

/**
 * TraitDefinitions that a decision missed before it makes something for the first time. Caches of different kinds do not move
 * together: what was created just before the application may be there although its cache does not have it yet, and an
 * object that was named as one without a Definition keeps that name.
 */
export function missedDefinitions({ rendered, objects }: Decision): ObjectReference[] {
  const created = new Set(objects.filter(({ action }) => action === 'create').map(({ reference }) => reference.name));
  return rendered.flatMap(({ traits }) =>
    traits.flatMap(({ composed: { registered, served }, object }) => {
      if (registered || !created.has(object.metadata.name)) return [];
      const name = object.metadata.labels?.[OAM_LABELS.traitType] ?? served.name;
      return [{ apiVersion: OAM_API_VERSION, kind: 'TraitDefinition', name }];
    }),
  );
}

/** Whether a decision says that something is absent. */
export function missesSomething({ problems }: Decision): boolean {
  return problems.some(({ reason }) => ABSENCES.includes(reason));
}
