import { defineScript } from '../script/load.ts';
import type { Script, Step } from '../script/types.ts';
import { applySteps } from './apply.ts';
import { applyFuzzScripts } from './apply-fuzz.ts';
import { BuiltinType } from './builtin.ts';
import { crudSteps, defaultsSteps, selectorSteps, tableSteps } from './crud.ts';
import { deletionSteps } from './deletion.ts';
import { patchSteps, subresourceSteps } from './patch.ts';
import { protobufScripts } from './protobuf.ts';
import { schemaFuzzScripts } from './schema-fuzz.ts';
import { loadTemplates } from './template.ts';
import { validationSteps } from './validation.ts';
import { watchSteps } from './watch.ts';

const BY_AREA: Readonly<Record<string, (type: BuiltinType) => Step[]>> = {
  crud: crudSteps,
  defaults: defaultsSteps,
  deletion: deletionSteps,
  patch: patchSteps,
  selectors: selectorSteps,
  'server-side-apply': applySteps,
  subresources: subresourceSteps,
  table: tableSteps,
  validation: validationSteps,
  watch: watchSteps,
};

/** The scripts that are made for every built-in type, and for random CRDs. The same in every run. */
export async function generateScripts(): Promise<Script[]> {
  const types = await builtinTypes();
  const byArea = types.flatMap((type) =>
    Object.entries(BY_AREA).flatMap(([area, make]) => {
      if (type.template.restless && area !== 'validation') return [];
      const steps = make(type);
      if (steps.length === 0) return [];
      const { cluster = false, alone = false } = type.template;
      return [defineScript(`${area}/${type.label}`, { namespace: !cluster, turn: alone ? 'first' : 'beside', steps })];
    }),
  );
  return [...byArea, ...(await protobufScripts(types)), ...applyFuzzScripts(), ...schemaFuzzScripts()];
}

/** All types that there are templates of. */
export async function builtinTypes(): Promise<BuiltinType[]> {
  return (await loadTemplates()).map((template) => new BuiltinType(template));
}
