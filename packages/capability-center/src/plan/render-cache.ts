import type { CapabilityPackage } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import type { AnyPreparedUnit, RenderedUnit } from './render.ts';

/** By the Helm that rendered: contexts are made anew for other charts or another client, on the same cluster. */
const renders = new WeakMap<InstallerContext['helm'], Map<string, ReadonlyMap<string, RenderedUnit>>>();

/** Keeps what a package's charts rendered to, so that carrying out a plan in the same process need not do it again. */
export function rememberRender(
  context: Pick<InstallerContext, 'helm'>,
  metadata: CapabilityPackage,
  prepared: readonly AnyPreparedUnit[],
  rendered: ReadonlyMap<string, RenderedUnit>,
): void {
  const known = renders.get(context.helm) ?? new Map<string, ReadonlyMap<string, RenderedUnit>>();
  renders.set(context.helm, known.set(keyOf(metadata, prepared), rendered));
}

/** What the same charts and values rendered to before, by the id of their unit. */
export function recallRender(
  context: Pick<InstallerContext, 'helm'>,
  metadata: CapabilityPackage,
  prepared: readonly AnyPreparedUnit[],
): ReadonlyMap<string, RenderedUnit> | undefined {
  return renders.get(context.helm)?.get(keyOf(metadata, prepared));
}

function keyOf(metadata: CapabilityPackage, prepared: readonly AnyPreparedUnit[]): string {
  return [metadata.name, ...prepared.map(({ digest }) => digest)].join('/');
}
