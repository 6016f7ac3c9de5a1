import type { PathSegment } from '../field-path.ts';
import type { PathOrigin } from './types.ts';

/** Where a path of the canonical application is written: the part that stands elsewhere is replaced. */
export function originOf(origins: readonly PathOrigin[], path: readonly PathSegment[]): readonly PathSegment[] {
  let best: PathOrigin | undefined;
  for (const origin of origins) {
    const { canonical } = origin;
    const starts = canonical.every((segment, at) => segment === path[at]);
    if (starts && canonical.length > (best?.canonical.length ?? -1)) best = origin;
  }
  return best ? [...best.source, ...path.slice(best.canonical.length)] : path;
}
