import type { CapabilityPackage } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import type { AnyPreparedUnit, RenderedUnit } from './render.ts';

const renders = new WeakMap<InstallerContext, Map<string, ReadonlyMap<string, RenderedUnit>>>();

/** Keeps what a package's charts rendered to, so that carrying out a plan in the same process need not do it again. */
export function rememberRender(
  context: InstallerContext,
  metadata: CapabilityPackage,
  prepared: readonly AnyPreparedUnit[],
  rendered: ReadonlyMap<string, RenderedUnit>,
): void {
  const known = renders.get(context) ?? new Map<string, ReadonlyMap<string, RenderedUnit>>();
  renders.set(context, known.set(keyOf(metadata, prepared), rendered));
}

/** What the same charts and values rendered to before, by the id of their unit. */
export function recallRender(
  context: InstallerContext,
  metadata: CapabilityPackage,
  prepared: readonly AnyPreparedUnit[],
): ReadonlyMap<string, RenderedUnit> | undefined {
  return renders.get(context)?.get(keyOf(metadata, prepared));
}

function keyOf(metadata: CapabilityPackage, prepared: readonly AnyPreparedUnit[]): string {
  return [metadata.name, ...prepared.map(({ digest }) => digest)].join('/');
}
