import { traitDefinition } from '../../definitions/build.ts';
import { FRIENDLY, friendlyCrd, friendlyName } from '../../friendly-crd.ts';
import type { TraitType } from '../model.ts';
import { checkExpose, renderExpose } from './render.ts';
import { exposeSpec } from './schema.ts';

const KIND = { group: FRIENDLY.traits, kind: 'Expose' } as const;
const NAME = friendlyName(KIND);
const DESCRIPTION = 'Lets requests from outside of the cluster reach a component, by host and path.';

/** The friendly trait Expose. */
export const exposeType: TraitType = {
  crd: friendlyCrd({
    ...KIND,
    description: DESCRIPTION,
    spec: exposeSpec,
    columns: [
      { name: 'Hostname', type: 'string', jsonPath: '.spec.hostname' },
      { name: 'Path', type: 'string', jsonPath: '.spec.path' },
    ],
  }),
  definition: traitDefinition({
    name: NAME,
    description: DESCRIPTION,
    // Whatever has a Service; entries of the core group can only be written in the form group/version.Kind.
    appliesToWorkloads: ['v1.Service'],
    podDisruptive: false,
    extension: { target: 'child', owns: ['hosts'] },
  }),
  contribution: { definition: NAME, check: checkExpose, render: renderExpose },
};
