import type { PackagePlan } from './types.ts';

/** What is worth knowing about a package's plan, without forbidding it. */
export function packageWarnings(plan: PackagePlan): string[] {
  return [...strictWarnings(plan), ...keptWarnings(plan), ...undeclaredWarnings(plan), ...adoptionWarnings(plan)];
}

/** CRDs that accept less than before, where every stored object fits. */
function strictWarnings({ name, version, crds }: PackagePlan): string[] {
  const strict = crds.filter(({ verdict }) => verdict?.verdict === 'caution');
  if (strict.length === 0) return [];
  const stored = strict.reduce((sum, { verdict }) => sum + (verdict?.instances?.checked ?? 0), 0);
  const proof =
    stored === 0
      ? 'No object is stored'
      : stored === 1
        ? 'The one stored object fits'
        : `All ${stored} stored objects fit`;
  return [
    `${name} ${version} accepts less than before in ${strict.map((crd) => crd.name).join(', ')}. ${proof}; manifests in files are not checked. Findings: -o yaml.`,
  ];
}

/** CRDs that a later version of the package wrote. */
function keptWarnings({ name, version, crds }: PackagePlan): string[] {
  const kept = crds.filter(({ action }) => action === 'keep-newer').map((crd) => crd.name);
  if (kept.length === 0) return [];
  return [`CRDs never go back: ${kept.join(', ')} stay as a later version than ${name} ${version} wrote them.`];
}

/** Rights that the package's roles have and its metadata does not declare. */
function undeclaredWarnings({ name, version, permissionDelta: { undeclared } }: PackagePlan): string[] {
  if (undeclared.length === 0) return [];
  const some = [...new Set(undeclared.map(({ line }) => line))];
  const more = some.length > 3 ? `; and ${some.length - 3} more` : '';
  return [`${name} ${version} gets rights that its metadata does not declare: ${some.slice(0, 3).join('; ')}${more}.`];
}

/** What a take-over would change, though it should change nothing. */
function adoptionWarnings({ name, adopts }: PackagePlan): string[] {
  const differences = adopts?.differences ?? [];
  if (differences.length === 0) return [];
  const more = differences.length > 3 ? `; and ${differences.length - 3} more` : '';
  return [`Taking over ${name} changes it: ${differences.slice(0, 3).join('; ')}${more}.`];
}
