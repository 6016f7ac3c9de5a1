import type { CustomResourceDefinition, TraitDefinition } from '@capstan/oam-model';
import type { TraitContribution } from '@capstan/plugin-api';

/** A built-in friendly trait: what is applied so that clusters know it, and what makes it work. */
export interface TraitType {
  readonly crd: CustomResourceDefinition;
  readonly definition: TraitDefinition;
  readonly contribution: TraitContribution;
}
