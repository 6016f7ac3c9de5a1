const KUBE_VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Stable before beta before alpha. */
const STABILITY: Readonly<Record<string, number>> = { alpha: 0, beta: 1 };

/**
 * Orders versions as discovery does, the preferred one first: v2, v1, v1beta1, v1alpha1, then other names in order of the
 * alphabet (apimachinery version.CompareKubeAwareVersionStrings).
 */
export function comparePreferred(a: string, b: string): number {
  const left = KUBE_VERSION.exec(a);
  const right = KUBE_VERSION.exec(b);
  if (!left || !right) {
    if (left || right) return left ? -1 : 1;
    return a < b ? -1 : Number(a > b);
  }
  return (
    stability(right) - stability(left) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}

function stability(match: RegExpExecArray): number {
  return match[2] === undefined ? 2 : (STABILITY[match[2]] ?? 0);
}
