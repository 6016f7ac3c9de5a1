import type { ApiSubresource, Strategy } from '../model/resource.ts';
import { genericStrategy, type StrategyParts } from './generic-strategy.ts';
import { goDecode } from './typed.ts';

/** The parts of a row of the resource table that a strategy depends on. */
export interface StrategyRow {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresources?: readonly Omit<ApiSubresource, 'scale'>[];
}

const PARTS: Readonly<Record<string, Omit<StrategyParts, 'namespaced'>>> = {};

const SELECTABLE: Readonly<Record<string, readonly string[]>> = {};

/** Fields beside name and namespace that a field selector may name. */
export function selectableFieldsOf(group: string, kind: string): readonly string[] {
  return SELECTABLE[`${group}/${kind}`] ?? [];
}

/** The strategy of a built-in type: its own rules where there are some, the generic ones for the rest. */
export function strategyOf(row: StrategyRow, namespaced: boolean): Strategy {
  const parts = PARTS[`${row.group}/${row.kind}`] ?? {};
  const status = row.subresources?.some((one) => one.name === 'status') ?? false;
  return genericStrategy({
    status,
    ...parts,
    namespaced,
    defaults(next) {
      goDecode(next, row);
      parts.defaults?.(next);
    },
  });
}
