import { CapstanError, EXIT, isCapstanError } from '@capstan/base';
import { HELM_CODES } from '@capstan/helm-ts';
import { helmOutput } from '../installer/helm-notes.ts';
import { helmOwnerOf, packageOf } from '../installer/labels.ts';
import type { Run } from '../installer/run.ts';
import { readRelease, releaseBlocker } from '../plan/release-state.ts';
import type { HelmUnitPlan, ManifestsUnitPlan, UnitPlan } from '../plan/types.ts';
import { keepCrds } from './keep-crds.ts';
import { removeObject } from './remove-object.ts';
import type { KeptThing, PackageRemoval } from './types.ts';
import { hookObjects, isHookTool, unitObjects } from './unit-objects.ts';

/** Removes a unit and waits until its objects are gone; answers what of it stays. Repeating it is fine. */
export async function removeUnit(run: Run, removal: PackageRemoval, unit: UnitPlan): Promise<KeptThing[]> {
  return unit.type === 'helm' ? removeRelease(run, removal, unit) : removeManifests(run, removal, unit);
}

/**
 * Uninstalls a Helm release. What it brought of custom kinds and carries finalizers goes first, while the programs that
 * serve these still run: Helm itself deletes programs before custom objects. Its CRDs are taken out of the release
 * before, for Helm would delete them with every object of their kinds. A release that is gone already is fine: an
 * earlier run may have been stopped after Helm forgot it, so what it left behind is deleted object by object.
 */
async function removeRelease(run: Run, removal: PackageRemoval, unit: HelmUnitPlan): Promise<KeptThing[]> {
  const { client, helm } = run.context;
  const release = await readRelease(client, unit.release, unit.namespace);
  if (release) {
    const blocker = releaseBlocker(release, removal.name, run.journal.current);
    if (blocker)
      throw new CapstanError(blocker.code, blocker.message, { exit: EXIT.blocked, hint: blocker.hint ?? '' });
    await removeOwnInstances(run, removal, unit);
    await keepCrds(run, removal.name, unit, release);
    try {
      await helm.uninstall(unit.release, {
        namespace: unit.namespace,
        wait: true,
        ignoreNotFound: true,
        timeLimitMs: Math.min(unit.timeoutSeconds * 1000, run.remainingMs()),
        signal: run.signal,
        onOutput: helmOutput(run, removal.name),
      });
    } catch (error) {
      if (!isCapstanError(error, HELM_CODES.releaseNotFound)) throw error;
    }
  }
  await sweep(run, removal, unit);
  return removeHooks(run, removal, unit);
}

async function removeOwnInstances(run: Run, removal: PackageRemoval, unit: HelmUnitPlan): Promise<void> {
  const { client } = run.context;
  const owner = `${unit.namespace}/${unit.release}`;
  for (const object of await unitObjects(client, unit)) {
    if (!object.apiVersion.includes('.') || isCrd(object)) continue;
    const live = await client.get(object);
    if (!live?.metadata.finalizers?.length || helmOwnerOf(live) !== owner) continue;
    const served = await client.discovery.find(object);
    const crd = { ...CRD, name: `${served?.resource}.${served?.group}` };
    if (served && (await client.get(crd))) await removeObject(run, removal.name, { object: live, step: 'unit' });
  }
}

/** What the release should have taken with it; never CRDs. */
async function sweep(run: Run, removal: PackageRemoval, unit: HelmUnitPlan): Promise<void> {
  const { client } = run.context;
  const owner = `${unit.namespace}/${unit.release}`;
  for (const object of await unitObjects(client, unit)) {
    if (isCrd(object)) continue;
    const live = await client.get(object);
    if (!live || helmOwnerOf(live) !== owner) continue;
    if (live.metadata.annotations?.['helm.sh/resource-policy'] === 'keep') continue;
    run.note('unit', `${object.kind} ${object.name} is still there; it is deleted`, removal.name);
    await removeObject(run, removal.name, { object: live, step: 'unit' });
  }
}

/** Helm forgets what its hooks made. Tools go; what may hold something that was made only once stays and is named. */
async function removeHooks(run: Run, removal: PackageRemoval, unit: HelmUnitPlan): Promise<KeptThing[]> {
  const { client } = run.context;
  const kept: KeptThing[] = [];
  for (const object of await hookObjects(client, unit)) {
    const live = await client.get(object);
    if (live?.metadata.annotations?.['helm.sh/hook'] === undefined) continue;
    if (isHookTool(object)) await removeObject(run, removal.name, { object: live, step: 'unit' });
    else {
      const where = object.namespace === undefined ? '' : ` --namespace ${object.namespace}`;
      kept.push({
        what: `${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`,
        why: 'a hook of the chart made it, and it may hold what was made only once',
        delete: `kubectl delete ${object.kind.toLowerCase()} ${object.name}${where}`,
      });
    }
  }
  return kept;
}

/** Objects of a package's manifests, last first; each is gone before the next one goes. */
async function removeManifests(run: Run, removal: PackageRemoval, unit: ManifestsUnitPlan): Promise<KeptThing[]> {
  const { client } = run.context;
  for (const object of await unitObjects(client, unit)) {
    const live = await client.get(object);
    if (live === undefined) continue;
    if (packageOf(live) !== removal.name) {
      run.note('unit', `${object.kind} ${object.name} belongs to somebody else by now and stays`, removal.name);
      continue;
    }
    const timeoutMs = unit.timeoutSeconds * 1000;
    await removeObject(run, removal.name, { object: live, step: 'unit', timeoutMs });
  }
  return [];
}

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

function isCrd({ kind }: { readonly kind: string }): boolean {
  return kind === CRD.kind;
}
