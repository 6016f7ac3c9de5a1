import type { KubeObject } from '../model/object.ts';
import type { ApiSubresource, Strategy } from '../model/resource.ts';
import { applyBuiltinDefaults } from './defaults/walk.ts';
import { genericStrategy } from './generic-strategy.ts';
import { orderFields } from './go-order.ts';
import { structOfKind } from './go-types.ts';
import { mirrorServiceAccount, podSpecsOf } from './pods.ts';
import { batchParts } from './strategies/batch.ts';
import { coreParts } from './strategies/core.ts';
import { resourceParts } from './strategies/dynamic-resources.ts';
import { eventParts } from './strategies/events.ts';
import { networkingParts } from './strategies/networking.ts';
import type { PartsByKind } from './strategies/parts.ts';
import { podParts } from './strategies/pod.ts';
import { policyParts } from './strategies/policies.ts';
import { rbacParts } from './strategies/rbac.ts';
import { registrationParts } from './strategies/registration.ts';
import { serviceParts } from './strategies/service.ts';
import { storageParts } from './strategies/storage.ts';
import { workloadParts } from './strategies/workloads.ts';
import { goDecode, zeroOf } from './typed.ts';

/** The parts of a row of the resource table that a strategy depends on. */
export interface StrategyRow {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresources?: readonly Omit<ApiSubresource, 'scale'>[];
}

const PARTS: PartsByKind = {
  ...batchParts,
  ...coreParts,
  ...eventParts,
  ...networkingParts,
  ...podParts,
  ...policyParts,
  ...rbacParts,
  ...resourceParts,
  ...registrationParts,
  ...serviceParts,
  ...storageParts,
  ...workloadParts,
};

const EMPTY = { apiVersion: '', kind: '', metadata: {} };

/** Fields beside name and namespace that a field selector may name. */
export function selectableFieldsOf(group: string, kind: string): readonly string[] {
  return Object.keys(PARTS[`${group}/${kind}`]?.fieldValues?.(EMPTY) ?? {});
}

/**
 * The strategy of a built-in type: its own rules where there are some, the generic ones for the rest. Its `defaults` also
 * bring the object into the form of its Go type (`goDecode`), and throw ApiError 400 where that is not possible.
 */
export function strategyOf(row: StrategyRow, namespaced: boolean): Strategy {
  const parts = PARTS[`${row.group}/${row.kind}`] ?? {};
  const status = row.subresources?.some((one) => one.name === 'status') ?? false;
  const struct = structOfKind(row.group, row.version, row.kind);
  const statusField = struct?.always.find((field) => field.json === 'status');
  const order = (next: KubeObject) => struct && orderFields(struct, next);
  const strategy = genericStrategy({
    status,
    kubeFinalizers: true,
    ...(statusField && { emptyStatus: () => zeroOf(statusField.type) }),
    ...parts,
    namespaced,
    defaults(next) {
      goDecode(next, row);
      if (struct) applyBuiltinDefaults(struct, next);
      for (const spec of podSpecsOf(next)) mirrorServiceAccount(spec);
      parts.defaults?.(next);
    },
  });
  return {
    ...strategy,
    prepareForCreate(next, context) {
      strategy.prepareForCreate(next, context);
      order(next);
    },
    prepareForUpdate(next, live, context) {
      strategy.prepareForUpdate(next, live, context);
      order(next);
    },
  };
}
