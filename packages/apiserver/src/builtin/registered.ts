import { goQuote } from '../model/go-format.ts';
import { apiVersionOf, type GroupVersionKind, parseApiVersion } from '../model/object.ts';
import { kindTypes } from './go-types.ts';

/*
 * What kinds the real server knows by group and version: a body of another kind than the endpoint takes is refused in
 * different words if its kind is not known at all. Upstream: apiserver handlers/create.go, apimachinery runtime/scheme.go.
 */

/** Versions that are not served any more, or not by default, but known. */
const UNSERVED: ReadonlySet<string> = new Set([
  ...['apps/v1beta1', 'apps/v1beta2', 'extensions/v1beta1', 'batch/v1beta1', 'policy/v1beta1', 'events.k8s.io/v1beta1'],
  ...['autoscaling/v2beta1', 'autoscaling/v2beta2', 'networking.k8s.io/v1beta1', 'discovery.k8s.io/v1beta1'],
  ...['rbac.authorization.k8s.io/v1alpha1', 'rbac.authorization.k8s.io/v1beta1', 'scheduling.k8s.io/v1beta1'],
  ...['storage.k8s.io/v1beta1', 'coordination.k8s.io/v1beta1', 'certificates.k8s.io/v1beta1'],
  ...['admissionregistration.k8s.io/v1beta1', 'flowcontrol.apiserver.k8s.io/v1beta3'],
  ...['apiextensions.k8s.io/v1beta1', 'apiregistration.k8s.io/v1beta1', 'resource.k8s.io/v1beta1'],
]);
/** Groups whose servers are of their own: kinds of other groups are not known there. */
const SEPARATE: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);
const EVERYWHERE: ReadonlySet<string> = new Set([
  'Status',
  'APIVersions',
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
]);
const ANYWHERE = /^(List|DeleteOptions|CreateOptions|UpdateOptions|PatchOptions|ListOptions|GetOptions|WatchEvent)$/;

/**
 * Why a body of this apiVersion and kind is not what the endpoint of a built-in type takes; undefined if it is. Both are as
 * the body says them, empty where it does not.
 */
export function kindRefusal(expected: GroupVersionKind, apiVersion: string, kind: string): string | undefined {
  const wanted = apiVersionOf(expected.group, expected.version);
  const said = { apiVersion: apiVersion || wanted, kind: kind || expected.kind };
  if (said.apiVersion === wanted && said.kind === expected.kind) return undefined;
  const { group, version } = parseApiVersion(said.apiVersion);
  const known = isKnown(expected, { group, version, kind: said.kind });
  if (known && said.kind === expected.kind) {
    return `the API version in the data (${said.apiVersion}) does not match the expected API version (${wanted})`;
  }
  const why = known
    ? `converting (${version}.${said.kind}) to (${internalGroup(expected)}.${expected.kind}): unknown conversion`
    : `no kind ${goQuote(said.kind)} is registered for version ${goQuote(said.apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  return `${said.kind} in version ${goQuote(version)} cannot be handled as a ${expected.kind}: ${why}`;
}

function isKnown(expected: GroupVersionKind, { group, version, kind }: GroupVersionKind): boolean {
  if (group === '' && version === 'v1' && EVERYWHERE.has(kind)) return true;
  if ((SEPARATE.has(expected.group) || SEPARATE.has(group)) && group !== expected.group) return false;
  const apiVersion = apiVersionOf(group, version);
  if (UNSERVED.has(apiVersion) && kind === expected.kind) return true;
  const kinds = kindTypes();
  if (kinds.has(`${group}/${version}/${kind}`)) return true;
  if (kind.endsWith('List') && kinds.has(`${group}/${version}/${kind.slice(0, -'List'.length)}`)) return true;
  if (!ANYWHERE.test(kind)) return false;
  return kind === 'List' ? group === '' : [...kinds.keys()].some((one) => one.startsWith(`${group}/${version}/`));
}

/** The Go package of a group's internal types. */
function internalGroup({ group }: GroupVersionKind): string {
  if (group === '' || group === 'events.k8s.io') return 'core';
  return group.slice(0, group.indexOf('.') === -1 ? undefined : group.indexOf('.'));
}
