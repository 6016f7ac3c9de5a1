import type { StatusCause } from '../../model/api-error.ts';
import { invalid, notSupported, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { pathSegmentName, subdomainName } from '../names.ts';
import { broken, invalidStruct, labelSelector } from '../validation/common.ts';
import { asFields, deepEqual, type Fields, fields, list, strings, text } from '../values.ts';
import type { PartsByKind } from './parts.ts';

/* Roles and their bindings. Upstream: pkg/apis/rbac/validation, pkg/registry/rbac/<resource>/strategy.go. */

const GROUP = 'rbac.authorization.k8s.io';

/** Strategies of the group `rbac.authorization.k8s.io`. Whether a user may grant is checked elsewhere. */
export const rbacParts: PartsByKind = {
  'rbac.authorization.k8s.io/Role': {
    revalidatesMeta: true,
    createOnUpdate: true,
    validate: (next) => validateRules(next, true),
  },
  'rbac.authorization.k8s.io/ClusterRole': {
    revalidatesMeta: true,
    createOnUpdate: true,
    validate: (next) => [...validateRules(next, false), ...aggregation(next)],
  },
  'rbac.authorization.k8s.io/RoleBinding': {
    revalidatesMeta: true,
    createOnUpdate: true,
    validate: (next) => validateBinding(next, true),
    validateUpdate: (next, live) => [...validateBinding(next, true), ...roleUnchanged(next, live)],
  },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    revalidatesMeta: true,
    createOnUpdate: true,
    validate: (next) => validateBinding(next, false),
    validateUpdate: (next, live) => [...validateBinding(next, false), ...roleUnchanged(next, live)],
  },
};

function validateRules(object: KubeObject, namespaced: boolean): StatusCause[] {
  return list(object['rules']).flatMap((rule, at) => validateRule(rule, namespaced, `rules[${at}]`));
}

function validateRule(rule: Fields, namespaced: boolean, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const urls = strings(rule['nonResourceURLs']);
  const groups = strings(rule['apiGroups']);
  const resources = strings(rule['resources']);
  if (strings(rule['verbs']).length === 0) {
    causes.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  }
  if (urls.length > 0) {
    const where = `${path}.nonResourceURLs`;
    if (namespaced) causes.push(invalid(where, urls, 'namespaced rules cannot apply to non-resource URLs'));
    if (groups.length + resources.length + strings(rule['resourceNames']).length > 0) {
      causes.push(invalid(where, urls, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return causes;
  }
  if (groups.length === 0) {
    causes.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    causes.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  return causes;
}

function aggregation(object: KubeObject): StatusCause[] {
  const rule = asFields(object['aggregationRule']);
  if (!rule) return [];
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = list(rule['clusterRoleSelectors']);
  if (selectors.length === 0) {
    return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, at) => labelSelector(selector, `${path}[${at}]`));
}

function validateBinding(object: KubeObject, namespaced: boolean): StatusCause[] {
  const role = fields(object['roleRef']);
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const name = text(role['name']);
  const causes: StatusCause[] = [];
  if (role['apiGroup'] !== GROUP) causes.push(notSupported('roleRef.apiGroup', text(role['apiGroup']), [GROUP]));
  if (!kinds.includes(text(role['kind']))) causes.push(notSupported('roleRef.kind', text(role['kind']), kinds));
  if (name === '') causes.push(required('roleRef.name'));
  else causes.push(...broken('roleRef.name', name, pathSegmentName(name, false)));
  return [
    ...causes,
    ...list(object['subjects']).flatMap((subject, at) => validateSubject(subject, namespaced, `subjects[${at}]`)),
  ];
}

function validateSubject(subject: Fields, namespaced: boolean, path: string): StatusCause[] {
  const name = text(subject['name']);
  const group = text(subject['apiGroup']);
  const causes = name === '' ? [required(`${path}.name`)] : [];
  switch (subject['kind']) {
    case 'ServiceAccount':
      if (name !== '') causes.push(...broken(`${path}.name`, name, subdomainName(name, false)));
      if (group !== '') causes.push(notSupported(`${path}.apiGroup`, group, ['']));
      if (!namespaced && text(subject['namespace']) === '') causes.push(required(`${path}.namespace`));
      return causes;
    case 'User':
    case 'Group':
      return group === GROUP ? causes : [...causes, notSupported(`${path}.apiGroup`, group, [GROUP])];
    default:
      return [...causes, notSupported(`${path}.kind`, text(subject['kind']), ['ServiceAccount', 'User', 'Group'])];
  }
}

function roleUnchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  if (deepEqual(next['roleRef'], live['roleRef'])) return [];
  const { apiGroup = '', kind = '', name = '' } = fields(next['roleRef']);
  // The internal Go type has no JSON names.
  return [invalidStruct('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')];
}
