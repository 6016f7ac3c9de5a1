import { groupOf, type ObjectReference } from '@capstan/base';
import type { ObjectsVerdict } from './objects.ts';
import type { ReleaseState } from './release-state.ts';
import type { AnyPreparedUnit, PreparedUnit, RenderedUnit } from './render.ts';
import type { ChartPlan, PackageAction, UnitPlan } from './types.ts';

/** What a unit has in force: in the recorded plan, or in the release that is taken over. */
export interface UnitInForce {
  readonly objects: UnitPlan['objects'];
  /** Absent where it was made by hand. */
  readonly digest?: string;
}

/** What a unit's plan is made from. */
export interface UnitQuestion {
  readonly prepared: AnyPreparedUnit;
  readonly rendered: RenderedUnit;
  readonly verdict: ObjectsVerdict;
  /** The Helm release that is there. */
  readonly release?: ReleaseState;
  readonly earlier?: UnitInForce;
  /** The release was made by hand and is taken over. */
  readonly adopted: boolean;
}

/** The plan of one unit. What the release has now and its new content lacks is removed. */
export function planUnit(question: UnitQuestion): UnitPlan {
  const { prepared, rendered, verdict, earlier } = question;
  const { unit, namespace, digest } = prepared;
  const base = {
    id: unit.id,
    namespace,
    action: unitAction(question),
    digest,
    objects: withRemoved(verdict, earlier),
    after: unit.after,
    timeoutSeconds: unit.timeoutSeconds,
  };
  if (prepared.type === 'manifests') return { ...base, type: 'manifests' };
  return {
    ...base,
    type: 'helm',
    release: prepared.unit.release,
    chart: chartPlan(prepared.chart),
    hooks: rendered.hooks,
  };
}

/** The identity of an object in one cluster, whatever version of its API it is written in. */
export function objectIdentity({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return [groupOf(apiVersion), kind, namespace ?? '', name].join('/');
}

function withRemoved(verdict: ObjectsVerdict, earlier: UnitInForce | undefined): UnitPlan['objects'] {
  const rendered = new Set(verdict.objects.map(({ object }) => objectIdentity(object)));
  const removed = (earlier?.objects ?? []).filter(
    ({ object, action }) => action !== 'remove' && !rendered.has(objectIdentity(object)),
  );
  return [...verdict.objects, ...removed.map(({ object }) => ({ object, action: 'remove' as const }))];
}

function unitAction(question: UnitQuestion): PackageAction {
  return question.prepared.type === 'helm' ? releaseAction(question) : manifestsAction(question);
}

function releaseAction({ prepared, verdict, release, adopted }: UnitQuestion): PackageAction {
  if (release?.status !== 'deployed') return 'install';
  if (adopted) return 'adopt';
  if (release.unitDigest !== prepared.digest) return 'upgrade';
  return verdict.objects.some(({ action }) => action === 'create') ? 'repair' : 'none';
}

function manifestsAction({ prepared, verdict, earlier }: UnitQuestion): PackageAction {
  if (!earlier) return 'install';
  if (earlier.digest !== prepared.digest) return 'upgrade';
  return verdict.objects.some(({ action }) => action !== 'unchanged') ? 'repair' : 'none';
}

function chartPlan(chart: PreparedUnit['chart']): ChartPlan {
  const { name, version, standIn, digest, repository, mirror } = chart;
  return { name, version, standIn, repository, digest, ...(mirror === undefined ? {} : { mirror }) };
}
