import { immutable } from '../builtin/metadata.ts';
import { dns1035LabelErrors, dnsSubdomainErrors } from '../builtin/names.ts';
import type { StatusCause } from '../model/api-error.ts';
import { index, invalid, notSupported, required } from '../model/field-error.ts';
import { sameJson } from '../schema/json.ts';
import { validateConversion } from './conversion-rules.ts';
import { type Crd, type CrdNames, type CrdSpec, type CrdVersion, conditionIsTrue } from './definition.ts';
import { internalVersions } from './internal-form.ts';
import { specHasDefaults } from './schema-rules.ts';
import {
  validateColumns,
  validateDeprecation,
  validateSelectableFields,
  validateSubresources,
} from './version-rules.ts';
import { validateVersionSchema } from './version-schema.ts';

/*
 * Rules of CustomResourceDefinitions: apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go. Field
 * paths are those of the internal version, as the real server shows them: what is the same in all versions stands at
 * the top (`spec.validation.openAPIV3Schema`).
 */

/** All that is wrong with a new CRD, beyond the common rules of metadata. */
export function validateCrd(crd: Crd): StatusCause[] {
  return [...validateName(crd), ...validateSpec(crd.spec, undefined), ...validateStatus(crd), ...validateApproval(crd)];
}

/** All that is wrong with a changed CRD. Schemas that did not change are not checked again. */
export function validateCrdUpdate(crd: Crd, live: Crd): StatusCause[] {
  const { spec } = crd;
  const established = conditionIsTrue(live, 'Established');
  return [
    ...validateSpec(spec, live.spec),
    ...(established ? immutable('spec.scope', spec.scope, live.spec.scope) : []),
    ...(established ? immutable('spec.names.kind', spec.names?.kind, live.spec.names.kind) : []),
    ...immutable('spec.group', spec.group, live.spec.group),
    ...immutable('spec.names.plural', spec.names?.plural, live.spec.names.plural),
    ...validateStatus(crd),
    ...(approval(crd) === approval(live) ? [] : validateApproval(crd)),
  ];
}

function validateName(crd: Crd): StatusCause[] {
  const { name = '' } = crd.metadata;
  const wanted = `${crd.spec.names?.plural ?? ''}.${crd.spec.group ?? ''}`;
  return name === wanted || name === ''
    ? []
    : [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function validateSpec(spec: CrdSpec, live: CrdSpec | undefined): StatusCause[] {
  const versions = spec.versions ?? [];
  return [
    ...validateGroup(spec.group ?? ''),
    ...validateScope(spec.scope ?? ''),
    ...schemasAreThere(versions),
    ...(spec.preserveUnknownFields === true && specHasDefaults(versions)
      ? [invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema')]
      : []),
    ...validateVersions(versions, live),
    ...validateRequiredNames(spec.names ?? { plural: '', kind: '' }),
    ...validateNames(spec.names ?? { plural: '', kind: '' }, 'spec.names'),
    ...validateShared(versions, live),
    ...(spec.conversion && spec.conversion.strategy !== 'None' && spec.preserveUnknownFields === true
      ? [
          invalid(
            'spec.conversion.strategy',
            spec.conversion.strategy,
            'must be None if spec.preserveUnknownFields is true',
          ),
        ]
      : []),
    ...validateConversion(spec.conversion),
    ...(spec.preserveUnknownFields === true && live?.preserveUnknownFields !== true
      ? [
          invalid(
            'spec.preserveUnknownFields',
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
  ];
}

function validateGroup(group: string): StatusCause[] {
  if (group === '') return [required('spec.group')];
  const errors = dnsSubdomainErrors(group);
  if (errors.length > 0) return [invalid('spec.group', group, errors.join(','))];
  return group.includes('.') ? [] : [invalid('spec.group', group, 'should be a domain with at least one dot')];
}

function validateScope(scope: string): StatusCause[] {
  if (scope === '') return [required('spec.scope')];
  return scope === 'Cluster' || scope === 'Namespaced'
    ? []
    : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function schemasAreThere(versions: readonly CrdVersion[]): StatusCause[] {
  if (versions.length > 0 && shared(versions, 'schema') && versions[0]?.schema?.openAPIV3Schema) return [];
  return versions.flatMap((version, at) =>
    version.schema?.openAPIV3Schema ? [] : [required(`spec.versions[${at}].schema.openAPIV3Schema`)],
  );
}

type VersionPart = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** Whether a part is the same in all versions; it then counts as a part of the CRD. */
function shared(versions: readonly CrdVersion[], part: VersionPart): boolean {
  return versions.every((version) => sameJson(version[part], versions[0]?.[part]));
}

function validateVersions(versions: readonly CrdVersion[], live: CrdSpec | undefined): StatusCause[] {
  const causes = versions.flatMap((version, at) => {
    const path = index('spec.versions', at);
    const errors = dns1035LabelErrors(version.name ?? '');
    return [
      ...(errors.length > 0 ? [invalid(`${path}.name`, version.name ?? '', errors.join(','))] : []),
      ...validateDeprecation(version, path),
      ...(shared(versions, 'schema') ? [] : validateSchema(version, `${path}.schema`, live)),
      ...(shared(versions, 'subresources') ? [] : validateSubresources(version.subresources, `${path}.subresources`)),
      ...(shared(versions, 'additionalPrinterColumns')
        ? []
        : validateColumns(version, `${path}.additionalPrinterColumns`)),
      ...(shared(versions, 'selectableFields') ? [] : validateSelectableFields(version, `${path}.selectableFields`)),
    ];
  });
  const names = versions.map((version) => version.name);
  const problems = [
    ...(new Set(names).size < names.length ? ['must contain unique version names'] : []),
    ...(versions.filter((version) => version.storage).length === 1
      ? []
      : ['must have exactly one version marked as storage version']),
  ];
  const shown = (): unknown => internalVersions(versions, (part) => shared(versions, part));
  return [
    ...causes,
    ...problems.map((problem) => invalid('spec.versions', shown(), problem)),
    ...validateTopVersion(names),
  ];
}

function validateTopVersion(names: readonly string[]): StatusCause[] {
  const errors = names[0] === undefined || names[0] === '' ? [] : dns1035LabelErrors(names[0]);
  return errors.length > 0 ? [invalid('spec.version', names[0], errors.join(','))] : [];
}

/** What is the same in all versions. */
function validateShared(versions: readonly CrdVersion[], live: CrdSpec | undefined): StatusCause[] {
  const first = versions[0];
  if (!first) return [];
  const anyStatus = versions.find((version) => version.subresources?.status !== undefined)?.subresources;
  const version = { ...first, ...(anyStatus && { subresources: anyStatus }) };
  return [
    ...(shared(versions, 'schema') ? validateSchema(version, 'spec.validation', live) : []),
    ...(shared(versions, 'subresources') ? validateSubresources(first.subresources, 'spec.subresources') : []),
    ...(shared(versions, 'additionalPrinterColumns') ? validateColumns(first, 'spec.additionalPrinterColumns') : []),
    ...(shared(versions, 'selectableFields') ? validateSelectableFields(first, 'spec.selectableFields') : []),
  ];
}

function validateSchema(version: CrdVersion, path: string, live: CrdSpec | undefined): StatusCause[] {
  const schema = version.schema?.openAPIV3Schema;
  if (!schema) return [];
  const before = live?.versions.find((one) => one.name === version.name)?.schema?.openAPIV3Schema;
  if (before && sameJson(before, schema)) return [];
  return validateVersionSchema(schema, `${path}.openAPIV3Schema`, version.subresources?.status !== undefined);
}

function validateRequiredNames(names: CrdNames): StatusCause[] {
  return (['plural', 'singular', 'kind', 'listKind'] as const)
    .filter((field) => (names[field] ?? '') === '')
    .map((field) => required(`spec.names.${field}`));
}

function validateNames(names: CrdNames, path: string): StatusCause[] {
  const label = (field: string, value: string | undefined): StatusCause[] => {
    const errors = value === undefined || value === '' ? [] : dns1035LabelErrors(value);
    return errors.length > 0 ? [invalid(`${path}.${field}`, value, errors.join(','))] : [];
  };
  const mixed = (field: string, value = ''): StatusCause[] => {
    const errors = value === '' ? [] : dns1035LabelErrors(value.toLowerCase());
    const detail = `may have mixed case, but should otherwise match: ${errors.join(',')}`;
    return errors.length > 0 ? [invalid(`${path}.${field}`, value, detail)] : [];
  };
  return [
    ...label('plural', names.plural),
    ...label('singular', names.singular),
    ...mixed('kind', names.kind),
    ...mixed('listKind', names.listKind),
    ...(names.shortNames ?? []).flatMap((name, at) => listed(`${path}.shortNames[${at}]`, name)),
    ...((names.kind ?? '') !== '' && names.kind === names.listKind
      ? [invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same')]
      : []),
    ...(names.categories ?? []).flatMap((name, at) => listed(`${path}.categories[${at}]`, name)),
  ];
}

function listed(path: string, name: string): StatusCause[] {
  const errors = dns1035LabelErrors(name);
  return errors.length > 0 ? [invalid(path, name, errors.join(','))] : [];
}

function validateStatus(crd: Crd): StatusCause[] {
  const path = 'status.storedVersions';
  const stored = crd.status?.storedVersions ?? [];
  const names = crd.status?.acceptedNames ? validateNames(crd.status.acceptedNames, 'status.acceptedNames') : [];
  if (stored.length === 0)
    return [...names, invalid(path, stored.length === 0 ? null : stored, 'must have at least one stored version')];
  const versions = crd.spec.versions ?? [];
  return [
    ...names,
    ...versions
      .filter((version) => version.storage && !stored.includes(version.name))
      .map((version) => invalid(path, stored, `must have the storage version ${version.name}`)),
    ...stored.flatMap((name, at) => {
      if (versions.some((version) => version.name === name)) return [];
      const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
      return [invalid(index(path, at), name, detail)];
    }),
  ];
}

const APPROVAL = 'api-approved.kubernetes.io';

function approval(crd: Crd): string {
  return crd.metadata.annotations?.[APPROVAL] ?? '';
}

/** Groups of the Kubernetes community need a word that their API was reviewed. */
function validateApproval(crd: Crd): StatusCause[] {
  const group = crd.spec.group ?? '';
  const isProtected = ['k8s.io', 'kubernetes.io'].some((one) => group === one || group.endsWith(`.${one}`));
  if (!isProtected) return [];
  const path = `metadata.annotations[${APPROVAL}]`;
  const value = approval(crd);
  if (value === '') {
    return [
      required(
        path,
        'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
      ),
    ];
  }
  if (value.startsWith('unapproved') || /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]+/.test(value)) return [];
  const detail = `protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`;
  return [invalid(path, value, detail)];
}
