/** Something wrong. `text` is the whole sentence; equal sentences are one finding. */
export interface Finding {
  readonly kind: 'required' | 'enum' | 'too long' | 'too many' | 'type' | 'junctor' | 'other';
  /** Where, as in `spec.list[0]`; may begin with a dot. */
  readonly name: string;
  readonly text: string;
  readonly value?: unknown;
  readonly allowed?: readonly unknown[];
  readonly limit?: number;
}

/** What a validation found, and how many checks passed. */
export class Findings {
  readonly list: Finding[] = [];
  count = 0;

  merge(other: Findings): void {
    this.list.push(...other.list);
    this.count += other.count;
  }
}

/** Checks `value`; `live` is the value before, or undefined where there is none to compare with. */
export type Check = (value: unknown, path: string, findings: Findings, live: unknown) => void;

/** A JSON type; numbers are told apart as Go does. */
export type Kind = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** The type as Go's decoder sees it: whole numbers up to 64 bits are integers. */
export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number';
  if (Array.isArray(value)) return 'array';
  return typeof value as Kind;
}
