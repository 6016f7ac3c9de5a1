import { type DependencyNode, dependencyGraph } from '../dependencies.ts';
import type { ApplicationComponent, Component, DataInput, DataOutput } from '../kinds/index.ts';
import { instanceNameOf } from '../names.ts';
import type { DialectContext, Path } from './context.ts';
import { dependencyNodes } from './dependencies.ts';
import { objectsOf } from './embedded.ts';

/** A workload or trait that passes or waits for data. */
interface Slot {
  /** How messages call it; unique in the application. */
  readonly name: string;
  readonly path: Path;
  /** Index of its component. */
  readonly component: number;
  readonly inputs: readonly DataInput[];
  readonly outputs: readonly DataOutput[];
}

/**
 * Warns of objects that wait for one another's data, directly or through `dependencies`: while none of them exists
 * none is created. Where they exist already the wait may end, so it is no error. Cycles of dependencies alone are
 * reported by themselves.
 */
export function warnOfDataCycles(
  context: DialectContext,
  entries: readonly ApplicationComponent[],
  components: ReadonlyMap<string, Component>,
): void {
  if (!entries.some(passesData)) return;
  const { waitsFor } = dependencyGraph(dependencyNodes(entries, components));
  const slots = entries.flatMap(slotsOf);
  const nodes = slots.map((slot): DependencyNode => {
    const ofInputs = slot.inputs.flatMap(({ valueFrom }) => ownerOf(valueFrom?.dataOutputName, slots)?.name ?? []);
    const ofComponents = (waitsFor[slot.component] ?? []).map((index) => workloadSlot(entries, index));
    return { instance: slot.name, aliases: [], dependencies: [...ofInputs, ...ofComponents] };
  });
  for (const { node, message } of dependencyGraph(nodes).problems) {
    const slot = slots[node];
    const circle = message.slice(message.indexOf(': ') + 2);
    if (slot)
      context.warn(slot.path, `while none of them exists none is created, for each waits for the next: ${circle}`);
  }
}

function passesData({ dataInputs, traits }: ApplicationComponent): boolean {
  return [{ dataInputs }, ...objectsOf(traits)].some((each) => objectsOf(each.dataInputs).length > 0);
}

function slotsOf(entry: ApplicationComponent, index: number, entries: readonly ApplicationComponent[]): Slot[] {
  const path = ['spec', 'components', index];
  const { dataInputs, dataOutputs, traits } = entry;
  const name = workloadSlot(entries, index);
  return [
    { name, path, component: index, inputs: objectsOf(dataInputs), outputs: objectsOf(dataOutputs) },
    ...objectsOf(traits).map(({ trait, dataInputs: inputs, dataOutputs: outputs }, at) => ({
      name: `${name}'s ${trait?.kind ?? 'trait'} ${at + 1}`,
      path: [...path, 'traits', at],
      component: index,
      inputs: objectsOf(inputs),
      outputs: objectsOf(outputs),
    })),
  ];
}

/** An instance is called by its name, and by its number too where two have the same. */
function workloadSlot(entries: readonly ApplicationComponent[], index: number): string {
  const names = entries.map(instanceNameOf);
  const name = names[index] ?? '';
  return names.indexOf(name) === index ? name : `${name} (${index + 1})`;
}

/** Of outputs with one name the last counts, as in the reference. */
function ownerOf(output: string | undefined, slots: readonly Slot[]): Slot | undefined {
  return output ? slots.findLast(({ outputs }) => outputs.some(({ name }) => name === output)) : undefined;
}
