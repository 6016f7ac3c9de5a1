import { CapstanError, describeObject, EXIT, isCapstanError, referenceTo } from '@capstan/base';
import { KUBE_CODES, waitFor } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { Run } from '../installer/run.ts';
import { findInstances, type Instances, kindOf } from './instances.ts';
import type { UninstallPlan } from './types.ts';

/**
 * Waits, while the controller still runs, until the objects that are on their way out are gone; objects whose owners
 * are gone are deleted, as the garbage collector would. With the policy `delete` every object of the package's kinds is
 * deleted, in the order of its `drain` list. Throws REMOVAL_STUCK for an object that stays, INSTANCES_EXIST for one that
 * was made in the meantime.
 */
export async function drainInstances(run: Run, plan: UninstallPlan): Promise<void> {
  const { metadata } = plan.planned;
  if (metadata.uninstall.instances === 'keep' && !plan.deleteCrds) return;
  const everything = metadata.uninstall.instances === 'delete';
  const found = await findInstances(run.context.client, metadata);
  const order = metadata.uninstall.drain.map(({ kind }) => kind);
  const rank = ({ crd }: Instances) => (order.indexOf(crd.kind) + order.length + 1) % (order.length + 1);
  for (const one of found.toSorted((a, b) => rank(a) - rank(b))) {
    const staying = one.objects.filter((object) => !one.leaving.includes(object));
    if (staying[0] && !everything)
      throw appeared(plan, describeObject(referenceTo({ ...staying[0], ...kindOf(one.crd) })));
    await drainKind(run, plan, one);
  }
}

async function drainKind(run: Run, plan: UninstallPlan, { crd, objects }: Instances): Promise<void> {
  const { client } = run.context;
  const timeoutMs = Math.min(plan.planned.metadata.uninstall.timeoutSeconds * 1000, run.remainingMs());
  const references = objects.map((object) => referenceTo({ ...object, ...kindOf(crd) }));
  for (const reference of references) {
    run.note('drain', `waiting until ${describeObject(reference)} is gone`, plan.package);
    await client.delete(reference, { propagationPolicy: 'Background' });
  }
  for (const reference of references) {
    try {
      await waitFor(client, reference, (object) => object === undefined, {
        timeoutMs,
        signal: run.signal,
        goal: 'gone',
      });
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.waitTimeout)) throw error;
      const live = await client.get(reference);
      const finalizers = live?.metadata.finalizers?.join(', ') ?? 'none';
      throw new CapstanError(INSTALLER_CODES.removalStuck, `${describeObject(reference)} does not go away.`, {
        hint: `Its finalizers: ${finalizers}. The controller that serves them must run; look at its health.`,
        exit: EXIT.timedOut,
        fields: { object: reference, finalizers: live?.metadata.finalizers },
        cause: error,
      });
    }
  }
}

function appeared(plan: UninstallPlan, what: string): CapstanError {
  return new CapstanError(
    INSTALLER_CODES.instancesExist,
    `${what} was created while ${plan.package} was being removed.`,
    {
      hint: 'Delete it and run the command again.',
      exit: EXIT.blocked,
    },
  );
}
