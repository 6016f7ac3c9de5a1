import { traitDefinition } from '../../definitions/build.ts';
import { FRIENDLY, friendlyCrd, friendlyName } from '../../friendly-crd.ts';
import type { TraitType } from '../model.ts';
import { renderClaims } from './render.ts';
import { volumeSpec } from './schema.ts';
import { shapeVolumes } from './shape.ts';

const KIND = { group: FRIENDLY.traits, kind: 'Volume' } as const;
const NAME = friendlyName(KIND);
const DESCRIPTION = 'Gives the pods of a component storage that outlives them.';

/** The friendly trait Volume. */
export const volumeType: TraitType = {
  crd: friendlyCrd({
    ...KIND,
    description: DESCRIPTION,
    spec: volumeSpec,
    columns: [],
  }),
  definition: traitDefinition({
    name: NAME,
    description: DESCRIPTION,
    appliesToWorkloads: [`*.${FRIENDLY.workloads}`, 'deployments.apps', 'statefulsets.apps'],
    podDisruptive: true,
  }),
  contribution: { definition: NAME, shape: shapeVolumes, render: renderClaims },
};
