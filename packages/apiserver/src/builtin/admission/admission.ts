import type { AdmissionReads, AdmissionRequest } from './attributes.ts';
import { applyLimitDefaults, checkLimits } from './limit-ranger.ts';
import { checkQuota } from './resource-quota.ts';

/** Admission that reads other objects of the namespace: LimitRanges and ResourceQuotas. Refusals are ApiErrors. */
export class NamespaceLimits {
  readonly #reads: AdmissionReads;

  constructor(reads: AdmissionReads) {
    this.#reads = reads;
  }

  /** Sets defaults of a new Pod's containers. */
  mutate(request: AdmissionRequest): void {
    applyLimitDefaults(request, this.#reads);
  }

  /** Refuses what is outside the limits or beyond a quota. */
  validate(request: AdmissionRequest): void {
    checkLimits(request, this.#reads);
    checkQuota(request, this.#reads);
  }
}
