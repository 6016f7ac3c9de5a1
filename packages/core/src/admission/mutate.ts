import type { KubernetesObject } from '@capstan/base';
import {
  type ApplicationComponent,
  type ApplicationConfiguration,
  type Component,
  type DefinitionCatalog,
  isBlank,
  resolveNamedTraits,
  resolveWorkloadType,
} from '@capstan/oam-model';
import { type AdmissionVerdict, ALLOWED, aggregate, errored, type PatchStep } from './review.ts';

/**
 * Turns traits that name their TraitDefinition (`trait: {name, properties}`) into objects of the kind that it registers,
 * as the reference's webhook does. Everything else stays as it is written, so that people find their own form again.
 */
export function mutateApplication(object: KubernetesObject, catalog: DefinitionCatalog): AdmissionVerdict {
  const before = object as ApplicationConfiguration;
  if (!Array.isArray(before.spec?.components)) return ALLOWED;
  const { object: after, problems } = resolveNamedTraits(before, catalog);
  const patch = after.spec.components.flatMap(({ traits }, component) =>
    (traits ?? []).flatMap(({ trait }, index): PatchStep[] => {
      if (trait === before.spec.components[component]?.traits?.[index]?.trait) return [];
      return [{ op: 'replace', path: `/spec/components/${component}/traits/${index}/trait`, value: trait }];
    }),
  );
  return verdictOf(problems, patch);
}

/** Whether any trait of an application is to be completed; then a look at the catalog is worth while. */
export function namesTraits(object: KubernetesObject): boolean {
  const { components } = (object as ApplicationConfiguration).spec ?? {};
  if (!Array.isArray(components)) return false;
  const traits = (components as ApplicationComponent[]).flatMap((component) => component?.traits ?? []);
  return traits.some((entry) => !isBlank(entry?.trait?.['name']));
}

/**
 * Turns a workload that names its WorkloadDefinition (`workload: {type}`) into an object of the kind that it registers, as
 * the reference's webhook does.
 */
export function mutateComponent(object: KubernetesObject, catalog: DefinitionCatalog): AdmissionVerdict {
  const before = object as Component;
  const { object: after, problems } = resolveWorkloadType(before, catalog);
  const { workload } = after.spec ?? {};
  const same = workload === before.spec?.workload;
  return verdictOf(problems, same ? [] : [{ op: 'replace', path: '/spec/workload', value: workload }]);
}

function verdictOf(problems: readonly { readonly message: string }[], patch: readonly PatchStep[]): AdmissionVerdict {
  if (problems.length > 0) return errored(aggregate(problems.map(({ message }) => message)));
  return patch.length === 0 ? ALLOWED : { allowed: true, patch };
}
