/* Names of groups and versions in tags and operations. */

/** `Core`, `Apps`, `RbacAuthorization`: a group in the names of operations. */
export function groupTitle(group: string): string {
  if (group === '') return 'Core';
  const parts = group.replace(/\.k8s\.io$/, '').split(/[.-]/);
  return parts.map(capital).join('');
}

/** `core`, `apps`, `rbacAuthorization`: the tag of a group's operations. */
export function groupTag(group: string): string {
  const name = groupTitle(group);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

/** `apps_v1`, `rbacAuthorization_v1`: the tag of a group version's operations. */
export function groupVersionTag(group: string, version: string): string {
  return `${groupTag(group)}_${version}`;
}

/** `AppsV1`, `RbacAuthorizationV1`: the group version in the names of operations. */
export function groupVersionName(group: string, version: string): string {
  return `${groupTitle(group)}${capital(version)}`;
}

/** A word with a capital letter first. */
export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
