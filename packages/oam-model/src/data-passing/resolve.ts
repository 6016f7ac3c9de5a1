import { isDeepStrictEqual } from 'node:util';
import { type KubernetesObject, messageOf, type ObjectReference, referenceTo } from '@capstan/base';
import { getField, setField } from '../field-path.ts';
import type {
  ApplicationConfiguration,
  ConditionRequirement,
  DataInput,
  DataOperation,
  UnsatisfiedDependency,
} from '../kinds/index.ts';
import type { DataPassing, DataPassingInput, DataProblem, DataSlot, StorePart, StoreWrite } from './model.ts';
import { runOperations } from './operations.ts';
import { type Readiness, readValue } from './readiness.ts';
import { type DataSource, isStore, slotsOf, sourcesOf, staleStatus, storeReference } from './sources.ts';
import { storeAfter } from './stores.ts';

/**
 * Passes data between the objects of an application (dataOutputs, dataInputs and stores): fills what is ready, and says
 * what waits for what. The rules and the words are the reference's, except that a source's status counts only when it is
 * about the source as it is to be now. Pure: the same input gives the same result, however often it is called.
 */
export function resolveDataPassing(input: DataPassingInput): DataPassing {
  const context: Context = { ...input, sources: sourcesOf(input.components) };
  const objects = new Map<string, KubernetesObject>();
  const waiting = new Map<string, UnsatisfiedDependency>();
  const unsatisfied: UnsatisfiedDependency[] = [];
  const parts: OfferedPart[] = [];
  const problems: DataProblem[] = [];
  for (const slot of slotsOf(input.components)) {
    const outputs = offer(context, slot);
    unsatisfied.push(...outputs.unsatisfied);
    parts.push(...outputs.parts);
    const result = receive(context, slot);
    if ('object' in result) objects.set(slot.key, result.object);
    else if ('waits' in result) {
      waiting.set(slot.key, result.waits);
      unsatisfied.push(result.waits);
    } else problems.push({ ...result.problem, slot: slot.key });
  }
  const stores = planStores(context, parts, waiting);
  return { objects, waiting, unsatisfied, storeWrites: stores.writes, problems: [...problems, ...stores.problems] };
}

interface Context extends DataPassingInput {
  readonly application: ApplicationConfiguration;
  readonly sources: ReadonlyMap<string, DataSource>;
}

/** A place to read from, and how it is named in the status. */
interface Origin {
  readonly reference: ObjectReference;
  readonly fieldPath: string;
  readonly conditions: readonly ConditionRequirement[];
  /** The slot that the object is rendered in, if the application renders it. */
  readonly slot?: DataSlot;
}

interface OfferedPart extends StorePart {
  readonly store: ObjectReference;
  readonly slot: DataSlot;
}

/** The stores of a slot: each is written when every operation has its value, whether the slot itself waits or not. */
function offer(context: Context, slot: DataSlot): { unsatisfied: UnsatisfiedDependency[]; parts: OfferedPart[] } {
  const unsatisfied: UnsatisfiedDependency[] = [];
  const parts: OfferedPart[] = [];
  for (const { outputStore } of slot.dataOutputs ?? []) {
    if (!isStore(outputStore)) continue;
    const { operations = [] } = outputStore;
    const store = storeReference(outputStore, namespaceOf(context));
    const unmet = firstUnmet(context, operations, { reference: referenceTo(slot.object), slot }, store);
    if (unmet) unsatisfied.push(unmet.dependency);
    else parts.push({ store, slot, source: slot.key, operations });
  }
  return { unsatisfied, parts };
}

/**
 * Outputs of one store are one write: one after the other, each would undo what another one's operations set. A source
 * that this pass is to make writes, too: operations with values of their own wait for nothing else.
 */
function planStores(
  { live }: Context,
  offered: readonly OfferedPart[],
  waiting: ReadonlyMap<string, UnsatisfiedDependency>,
) {
  const writes: StoreWrite[] = [];
  const problems: DataProblem[] = [];
  const sourceOf = ({ slot }: OfferedPart) => live(referenceTo(slot.object));
  const possible = offered.filter((part) => sourceOf(part) || !waiting.has(part.slot.key));
  for (const parts of Map.groupBy(possible, ({ store }) => JSON.stringify(store)).values()) {
    const [{ store, slot: first }] = parts as [OfferedPart];
    const write = { store, parts: parts.map(({ source, operations }) => ({ source, operations })) };
    const sources = new Map(parts.map((part) => [part.slot.key, sourceOf(part)]));
    const before = live(store);
    try {
      const after = storeAfter(write, before, (slot) => sources.get(slot));
      const isToCome = [...sources.values()].includes(undefined);
      if (isToCome || !isDeepStrictEqual(before, after)) writes.push(write);
    } catch (error) {
      const message = `cannot write store "${store.name}": ${messageOf(error)}`;
      problems.push({ stage: 'apply', slot: first.key, message });
    }
  }
  return { writes, problems };
}

type Received =
  | { readonly object: KubernetesObject }
  | { readonly waits: UnsatisfiedDependency }
  | { readonly problem: Omit<DataProblem, 'slot'> };

/** The slot's object with its inputs in it; only the first input that is not met is told. */
function receive(context: Context, slot: DataSlot): Received {
  let { object } = slot;
  for (const input of slot.dataInputs ?? []) {
    const filled = takeOutput(context, object, input);
    if (!('object' in filled)) return filled;
    object = filled.object;
    const unmet = unmetStore(context, slot, input) ?? unmetTarget(context, slot, input);
    if (unmet) return unmet;
  }
  for (const { inputStore } of slot.dataInputs ?? []) {
    if (!isStore(inputStore)) continue;
    const reference = storeReference(inputStore, namespaceOf(context));
    const store = context.live(reference);
    if (!store) return failed('apply', object, `failed to get object (${nameOf(reference)})`);
    try {
      object = runOperations(object, store, inputStore.operations ?? []);
    } catch (error) {
      return failed('apply', object, messageOf(error));
    }
  }
  return { object };
}

function takeOutput(context: Context, object: KubernetesObject, input: DataInput): Received {
  const wanted = outputName(input);
  if (wanted === undefined) return { object };
  const source = context.sources.get(wanted);
  if (!source) return failed('render', object, `DataOutputName (${wanted}): DataOutput does not exist`);
  const origin = originOf(source);
  const value = read(context, origin);
  if (!value.ready) {
    if (value.error) return failed('render', object, value.reason);
    return { waits: dependency(origin, object, input.toFieldPaths ?? [], value.reason) };
  }
  if (value.value === undefined) return { object };
  try {
    return { object: (input.toFieldPaths ?? []).reduce((filled, path) => fill(filled, path, value.value), object) };
  } catch (error) {
    return failed('render', object, messageOf(error));
  }
}

/** A list is put behind what the rendered object has there already; everything else takes its place. */
function fill(object: KubernetesObject, path: string, value: unknown): KubernetesObject {
  if (!Array.isArray(value)) return setField(object, path, value);
  const before = getField(object, path) ?? [];
  if (!Array.isArray(before)) throw new Error(`${path} is not an array`);
  return setField(object, path, [...before, ...value]);
}

function unmetStore(context: Context, { object }: DataSlot, { inputStore }: DataInput): Received | undefined {
  if (!isStore(inputStore)) return undefined;
  const reference = storeReference(inputStore, namespaceOf(context));
  const unmet = firstUnmet(context, inputStore.operations ?? [], { reference }, referenceTo(object));
  if (!unmet) return undefined;
  return unmet.error ? failed('render', object, unmet.dependency.reason) : { waits: unmet.dependency };
}

/** `dataInputs[].conditions` look at the target as it is in the cluster; one that is not there yet fulfils them. */
function unmetTarget(context: Context, { object }: DataSlot, input: DataInput): Received | undefined {
  const { conditions = [], toFieldPaths = [] } = input;
  if (conditions.length === 0) return undefined;
  const name = input.valueFrom?.dataOutputName ?? '';
  const source = context.sources.get(name);
  if (!source) return failed('render', object, `DataOutputName (${name}): DataOutput does not exist`);
  const reference = referenceTo(object);
  if (!context.live(reference)) return undefined;
  const state = read(context, { reference, fieldPath: '', conditions });
  if (state.ready) return undefined;
  return { waits: dependency(originOf(source), object, toFieldPaths, `DataInputs Conditions: ${state.reason}`) };
}

/** The first operation that cannot have its value yet. */
function firstUnmet(
  context: Context,
  operations: readonly DataOperation[],
  from: Pick<Origin, 'reference' | 'slot'>,
  to: ObjectReference | KubernetesObject,
): { dependency: UnsatisfiedDependency; error: boolean } | undefined {
  for (const { valueFrom, conditions = [], toFieldPath, toDataPath } of operations) {
    const origin = { ...from, fieldPath: valueFrom?.fieldPath ?? '', conditions };
    const state = read(context, origin);
    if (state.ready) continue;
    const path = toDataPath ? `${toFieldPath}(${toDataPath})` : toFieldPath;
    return { dependency: dependency(origin, to, [path], state.reason), error: state.error === true };
  }
  return undefined;
}

function read({ live, application }: Context, { reference, fieldPath, conditions, slot }: Origin): Readiness {
  const object = live(reference);
  const value = readValue({ object, name: nameOf(reference), fieldPath, conditions }, application);
  if (!value.ready) return value;
  const reason = staleStatus(object, slot, fieldPath, conditions);
  return reason === undefined ? value : { ready: false, reason };
}

function originOf({ slot, output }: DataSource): Origin {
  const { fieldPath = '', conditions = [] } = output;
  return { reference: referenceTo(slot.object), fieldPath, conditions, slot };
}

function outputName({ valueFrom }: DataInput): string | undefined {
  return valueFrom?.dataOutputName?.trim() ? valueFrom.dataOutputName : undefined;
}

function dependency(
  { reference: { apiVersion, kind, name }, fieldPath }: Pick<Origin, 'reference' | 'fieldPath'>,
  to: ObjectReference | KubernetesObject,
  fieldPaths: readonly string[],
  reason: string,
): UnsatisfiedDependency {
  const target = 'metadata' in to && to.metadata ? referenceTo(to as KubernetesObject) : (to as ObjectReference);
  return {
    reason,
    from: { apiVersion, kind, name, ...(fieldPath === '' ? {} : { fieldPath }) },
    to: {
      apiVersion: target.apiVersion,
      kind: target.kind,
      name: target.name,
      ...(fieldPaths.length === 0 ? {} : { fieldPaths }),
    },
  };
}

function failed(stage: DataProblem['stage'], object: KubernetesObject, why: string): Received {
  const { kind, metadata } = object;
  const name = metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
  return { problem: { stage, message: `cannot pass data to ${kind} (${name}): ${why}` } };
}

function namespaceOf({ application }: Context): string | undefined {
  return application.metadata.namespace;
}

function nameOf({ namespace, name }: ObjectReference): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
