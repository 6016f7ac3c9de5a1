import { applyObject } from '../../src/apply/apply.ts';
import { updateManagedFields } from '../../src/apply/update.ts';
import { ApiError } from '../../src/model/api-error.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../src/model/object.ts';
import { copyJson, isMap, type JsonMap } from '../../src/schema/json.ts';
import { Random } from './random.ts';
import { mutate, randomValue, type Shape } from './random-values.ts';
import { convertScenario, SCENARIO_TYPES, type ScenarioType, scenarioResource } from './scenario-types.ts';

/* Random scenarios of writes to one object, and what our own field manager makes of them. */

/** One write. */
export interface Step {
  readonly op: 'apply' | 'update';
  readonly manager: string;
  readonly force: boolean;
  readonly subresource: string;
  readonly version: string;
  readonly schema: number;
  /** The configuration of an apply, else what is to be stored. */
  readonly object: KubeObject;
}

/** A few writes to one object. */
export interface Scenario {
  readonly type: string;
  readonly steps: readonly Step[];
}

/** What a step came to. */
export interface StepAnswer {
  readonly object?: KubeObject;
  readonly error?: string;
  readonly code?: number;
  readonly causes?: readonly string[];
}

/** What the steps of a scenario come to, one after the other. */
export class ScenarioRun {
  readonly type: ScenarioType;
  #live: KubeObject | undefined;
  #at = 0;

  constructor(type: string) {
    const found = SCENARIO_TYPES[type];
    if (!found) throw new RangeError(`no type ${type}`);
    this.type = found;
  }

  get live(): KubeObject | undefined {
    return this.#live;
  }

  step(step: Step): StepAnswer {
    const now = new Date(Date.UTC(2001, 0, 1, 0, 0, this.#at)).toISOString().replace('.000Z', 'Z');
    this.#at += 1;
    try {
      const object = this.#write(step, now);
      this.#live = object.metadata.uid === undefined ? withUid(object) : object;
      return { object };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return refusal(error);
    }
  }

  #write(step: Step, now: string): KubeObject {
    const { type } = this;
    const apiVersion = type.group === '' ? step.version : `${type.group}/${step.version}`;
    const write = {
      resource: scenarioResource(type, step.version, step.schema),
      subresource: step.subresource === '' ? undefined : step.subresource,
      live: this.#live && convertScenario(type, this.#live, apiVersion),
      manager: step.manager,
      now,
      empty: { apiVersion, kind: type.kind, ...type.empty } as KubeObject,
      convert: (object: KubeObject, to: string) => {
        const converted = convertScenario(type, object, to);
        return converted && { object: converted, resource: scenarioResource(type, step.version, step.schema) };
      },
    };
    const object = copyJson(step.object);
    if (step.op === 'update') return updateManagedFields({ ...write, next: object });
    return applyObject({ ...write, applied: object, force: step.force });
  }
}

function withUid(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, uid: '1' } };
}

function refusal({ code, message, details }: ApiError): StepAnswer {
  const causes = details?.causes?.map(({ reason, message: text, field }) => `${reason}: ${text}: ${field}`);
  return { error: message, code, ...(causes && { causes }) };
}

/** Answers that say the same: the real server's order of managers in conflicts, and of several errors, is random. */
export function comparable({ object, error, code, causes }: StepAnswer): unknown {
  if (object) return { object };
  return { error: error?.split('\n').sort(), code, causes: [...(causes ?? [])].sort() };
}

const MANAGERS = ['kubectl', 'helm', 'ctrl', 'web'];
const UPDATERS = ['kubectl', 'ctrl', 'web', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9'];
const CROWD = Array.from({ length: 40 }, (_, at) => `c${at}`);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The scenario of a seed, with the answers that our field manager gave while it was made. */
export function makeScenario(seed: number): { scenario: Scenario; answers: StepAnswer[] } {
  const random = new Random(seed);
  const type = random.pick(['widget', 'widget', 'widget', 'widget', ...Object.keys(SCENARIO_TYPES)]);
  const maker = new StepMaker(random, new ScenarioRun(type));
  const steps: Step[] = [];
  const answers: StepAnswer[] = [];
  for (let count = maker.steps; count > 0; count -= 1) {
    const step = maker.next();
    steps.push(step);
    answers.push(maker.run.step(step));
  }
  return { scenario: { type, steps }, answers };
}

class StepMaker {
  readonly run: ScenarioRun;
  readonly #random: Random;
  readonly #configs = new Map<string, KubeObject>();
  readonly #density: number;
  readonly #changesSchema: boolean;
  /** More managers than an object may have. */
  readonly #isCrowded: boolean;

  constructor(random: Random, run: ScenarioRun) {
    this.#random = random;
    this.run = run;
    this.#density = random.pick([0.12, 0.25, 0.4]);
    this.#changesSchema = run.type.schemas.length > 1 && random.chance(0.2);
    this.#isCrowded = random.chance(0.03);
  }

  /** How many steps the scenario has. */
  get steps(): number {
    if (this.#isCrowded) return 16 + this.#random.below(8);
    return 3 + this.#random.below(this.#random.chance(0.1) ? 16 : 4);
  }

  next(): Step {
    const random = this.#random;
    const op = random.chance(this.#isCrowded ? 0.1 : 0.6) ? 'apply' : 'update';
    const versions = Object.keys(this.run.type.renames);
    const version = random.chance(0.8) ? this.run.type.hub : random.pick(versions);
    const schema = this.#changesSchema && random.chance(0.4) ? 1 : 0;
    const updaters = this.#isCrowded ? CROWD : UPDATERS;
    const manager = random.pick(op === 'apply' ? MANAGERS : updaters);
    const subresource = random.chance(0.1) ? 'status' : '';
    const force = random.chance(0.35);
    const object = op === 'apply' ? this.#config(manager, version, schema) : this.#stored(version, schema);
    return { op, manager, force, subresource, version, schema, object };
  }

  #shape(version: string, duplicates: boolean): Shape {
    const without = new Set(version === 'v2' ? ['size', 'names'] : ['capacity', 'labels']);
    const nulls = this.#random.chance(0.15) ? 0.05 : 0;
    const isWidget = this.run.type.kind === 'Widget';
    return { random: this.#random, density: this.#density, nulls, duplicates, without: isWidget ? without : new Set() };
  }

  #apiVersion(version: string): string {
    return this.run.type.group === '' ? version : `${this.run.type.group}/${version}`;
  }

  #config(manager: string, version: string, schema: number): KubeObject {
    const random = this.#random;
    const shape = this.#shape(version, false);
    const apiVersion = this.#apiVersion(version);
    const before = this.#configs.get(manager);
    const base = before && random.chance(0.7) ? convertScenario(this.run.type, before, apiVersion) : undefined;
    const object = this.#object(base, apiVersion, schema, shape);
    this.#configs.set(manager, copyJson(object));
    if (random.chance(0.04)) spoil(object, random);
    return object;
  }

  #stored(version: string, schema: number): KubeObject {
    const random = this.#random;
    const apiVersion = this.#apiVersion(version);
    const live = this.run.live && convertScenario(this.run.type, this.run.live, apiVersion);
    const object =
      live && this.#isCrowded && random.chance(0.9)
        ? withAnnotation(live, `x${random.below(100)}`)
        : this.#object(live, apiVersion, schema, this.#shape(version, random.chance(0.3)));
    if (live?.metadata.uid !== undefined) object.metadata.uid = live.metadata.uid;
    const managedFields = copyJson(live?.metadata.managedFields);
    if (managedFields) object.metadata.managedFields = managedFields;
    if (random.chance(0.12)) editManagers(object, random);
    if (random.chance(0.15)) annotate(object, this.#configs.get('kubectl'));
    return object;
  }

  #object(base: KubeObject | undefined, apiVersion: string, schema: number, shape: Shape): KubeObject {
    const node = this.run.type.schemas[schema] ?? {};
    const value = base
      ? mutate(node, base, shape)
      : randomValue(node, { ...shape, density: Math.max(shape.density, 0.3) });
    const object = isMap(value) ? value : {};
    const metadata: JsonMap = isMap(object['metadata']) ? object['metadata'] : {};
    delete metadata['managedFields'];
    delete metadata['uid'];
    metadata['name'] = 'one';
    return { ...object, apiVersion, kind: this.run.type.kind, metadata };
  }
}

/** A change that takes nothing from other managers. */
function withAnnotation(live: KubeObject, name: string): KubeObject {
  const copy = copyJson(live);
  const annotations = isMap(copy.metadata.annotations) ? copy.metadata.annotations : {};
  return { ...copy, metadata: { ...copy.metadata, annotations: { ...annotations, [name]: 'x' } } };
}

/** Something that does not fit the schema, or that an apply may not have. */
function spoil(object: KubeObject, random: Random): void {
  const spec = isMap(object['spec']) ? object['spec'] : object;
  const spoilers = [
    () => Object.assign(spec, { foo: 1 }),
    () => Object.assign(object.metadata, { generation: random.pick(['x', true, [1], { a: 1 }]) }),
    () => Object.assign(object.metadata, { generateName: random.pick([1, true, ['x', 1], { a: 'x' }, 1.5]) }),
    () => Object.assign(object.metadata, { deletionTimestamp: random.pick([['x', null, 1], { a: { b: 1 } }]) }),
    () => Object.assign(object.metadata, { labels: { a: 1 } }),
    () => Object.assign(object.metadata, { labels: ['a'] }),
    () => Object.assign(object.metadata, { finalizers: ['a', 'a'] }),
    () => Object.assign(object.metadata, { managedFields: [] }),
    () => Object.assign(object.metadata, { ownerReferences: [{ uid: 'a' }, { uid: 'a' }] }),
    () => Object.assign(object.metadata, { ownerReferences: [{ name: 'a' }] }),
    () => Object.assign(object.metadata, { finalizers: [null] }),
    () => Object.assign(object, { kind: 'Other' }),
  ];
  random.pick(spoilers)();
}

/** What clients do to managed fields, and what they should not. */
function editManagers(object: KubeObject, random: Random): void {
  const entries = object.metadata.managedFields ?? [];
  const first = entries[0] ?? {};
  const edits: (() => ManagedFieldsEntry[])[] = [
    () => [],
    () => [{}],
    () => entries.slice(1),
    () => entries.map((entry) => ({ ...entry, operation: 'Apply' })),
    () => entries.map((entry) => ({ ...entry, manager: 'kubectl' })),
    () => [{ ...first, fieldsV1: { 'f:spec': { 'f:replicas': {}, 'x:a': {}, 'k:{"z":1,"a":2}': {} } } }],
    () => [{ ...first, fieldsV1: { f: {} } }],
    () => entries.map(({ apiVersion: _version, ...entry }) => entry),
    () => entries.map((entry) => ({ ...entry, apiVersion: 'example.dev/v0' })),
    () => entries.map(({ time: _time, ...entry }) => entry),
  ];
  object.metadata.managedFields = random.pick(edits)();
}

function annotate(object: KubeObject, config: KubeObject | undefined): void {
  if (!config) return;
  const annotations = isMap(object.metadata.annotations) ? object.metadata.annotations : {};
  object.metadata.annotations = { ...annotations, [LAST_APPLIED]: JSON.stringify(config) };
}
