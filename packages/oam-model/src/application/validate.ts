import { groupOf, type KubernetesObject } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { normalizeComponent } from '../dialect/component.ts';
import { componentKey } from '../dialect/entries.ts';
import { normalizeApplication } from '../dialect/normalize.ts';
import { originOf } from '../dialect/origins.ts';
import type { NormalizeProblem } from '../dialect/types.ts';
import { parseFieldPath } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import {
  type ApplicationComponent,
  type ApplicationConfiguration,
  type Component,
  type Definition,
  OAM_GROUP,
} from '../kinds/index.ts';
import { componentNameOf } from '../names.ts';
import type { ValidationProblem } from '../problem.ts';
import { definitionProblems } from '../rules/definition-problems.ts';
import { asStored, catalogOf } from './catalog.ts';
import { checkParameters, checkWorkload, findComponent, resolveWorkload, workloadPlace } from './components.ts';
import {
  type ApplicationValidationInput,
  below,
  isComponent,
  type Place,
  type PlacedComponent,
  ValidationContext,
} from './context.ts';
import { checkDataPassing } from './data-passing.ts';
import { checkLabels, checkName, checkRepetition } from './metadata.ts';
import { checkDocument } from './objects.ts';
import { checkRules } from './rules.ts';
import { checkScopes } from './scopes.ts';
import { checkAutoscalers, checkTraits } from './traits.ts';

/** Names of kinds that become no label end where those of Kubernetes end. */
const MAX_OBJECT_NAME = 253;

/**
 * Everything wrong with the applications of some files, in the order of the files, each with its line and column and a
 * way out: fields, names, components, revisions, parameters, unknown kinds, schemas of workloads and traits, the rules of
 * Definitions, scopes, dependencies, data passing. Both dialects are read, problems stand where the source has them.
 * Empty when `capstan up` would be accepted. Pure: what the cluster knows is given.
 */
export function validateApplication(input: ApplicationValidationInput): ValidationProblem[] {
  const documents = input.documents.map(asStored);
  const settled = { ...input, documents };
  const context = new ValidationContext(settled, catalogOf(settled));
  checkRepetition(context, documents);
  const sound = new Set(documents.filter((document) => checkDocument(context, document)));
  const used = new Set<SourceDocument>();
  for (const document of sound) {
    if (isApplication(document.object)) new ApplicationCheck(context, document, document.object, sound, used).run();
  }
  for (const document of sound) {
    if (groupOf(document.object.apiVersion) !== OAM_GROUP) continue;
    const becomesLabel = isComponent(document.object) || isApplication(document.object);
    checkName(context, document, becomesLabel ? undefined : MAX_OBJECT_NAME);
    checkLabels(context, document);
    if (isComponent(document.object)) checkComponent(context, document, document.object, used.has(document));
    if (isDefinition(document.object)) checkDefinition(context, document, document.object);
  }
  return context.problems();
}

/** A Component of a file by itself; its workload only where no application of the files completes it. */
function checkComponent(
  context: ValidationContext,
  document: SourceDocument,
  component: Component,
  used: boolean,
): void {
  const { object, problems } = normalizeComponent(component, context.catalog);
  reportNormalization(context, document, problems);
  checkParameters(context, document, object);
  if (used) return;
  // Parameters may fill what the schema requires, so only a Component without them is complete by itself.
  const complete = (object.spec.parameters ?? []).length === 0;
  checkWorkload(context, { document, segments: ['spec', 'workload'] }, object.spec.workload, complete);
}

/** A Definition beyond its schema. What may come right with what is installed is left to the server. */
function checkDefinition(context: ValidationContext, document: SourceDocument, definition: Definition): void {
  for (const { severity, path, ...finding } of definitionProblems(definition, context.catalog)) {
    if (severity === 'error') context.report({ document, segments: [] }, parseFieldPath(path), finding);
  }
}

/** The checks of one application, on its canonical form. */
class ApplicationCheck {
  readonly #context: ValidationContext;
  readonly #document: SourceDocument;
  readonly #application: ApplicationConfiguration;
  readonly #sound: ReadonlySet<SourceDocument>;
  readonly #used: Set<SourceDocument>;
  /** Of the objects that the components make: the index of the first that makes it. */
  readonly #workloads = new Map<string, number>();

  constructor(
    context: ValidationContext,
    document: SourceDocument,
    application: ApplicationConfiguration,
    sound: ReadonlySet<SourceDocument>,
    used: Set<SourceDocument>,
  ) {
    this.#context = context;
    this.#document = document;
    this.#application = application;
    this.#sound = sound;
    this.#used = used;
  }

  run(): void {
    const {
      application,
      problems,
      origins,
      components: normalized,
    } = normalizeApplication({
      application: this.#application,
      components: this.#readableComponents(),
      catalog: this.#context.catalog,
    });
    const root: Place = {
      document: this.#document,
      segments: [],
      origin: (canonical) => originOf(origins, canonical),
    };
    for (const problem of problems) {
      const document = problem.component === undefined ? this.#document : this.#documentOf(problem.component);
      if (document) reportNormalization(this.#context, document, [problem]);
    }
    checkAutoscalers(this.#context, this.#document, this.#application);
    if (application.spec.components.length === 0) {
      const hint = 'List at least one component.';
      const message = 'the application has no components';
      this.#context.report(root, ['spec', 'components'], { code: OAM_CODES.applicationEmpty, message, hint });
    }
    for (const [index, entry] of application.spec.components.entries()) {
      this.#checkEntry(below(root, 'spec', 'components', index), entry, index, normalized);
    }
    checkRules(this.#context, root, application, normalized);
    checkDataPassing(this.#context, root, application);
  }

  #checkEntry(
    place: Place,
    entry: ApplicationComponent,
    index: number,
    components: ReadonlyMap<string, Component>,
  ): void {
    checkTraits(this.#context, place, entry);
    checkScopes(this.#context, place, entry);
    const found = findComponent(this.#context, place, entry);
    if (found?.document) this.#used.add(found.document);
    const component = found && this.#isReadable(found) ? components.get(componentKey(entry)) : undefined;
    if (!found || !component) return;
    const canonical = { ...found, component };
    const workload = resolveWorkload(this.#context, place, entry, canonical);
    // Without a kind there is a problem already: a type that no Definition has.
    if (!workload?.kind || !workload.apiVersion) return;
    checkWorkload(this.#context, workloadPlace(place, entry, canonical), workload);
    this.#checkWorkloadName(place, entry, workload, index);
  }

  /** Two components must not make the same object: the second would take it from the first. */
  #checkWorkloadName(place: Place, entry: ApplicationComponent, workload: KubernetesObject, index: number): void {
    const name = workload.metadata?.name || componentNameOf(entry);
    const identity = JSON.stringify([groupOf(workload.apiVersion), workload.kind, name]);
    const first = this.#workloads.get(identity);
    this.#workloads.set(identity, first ?? index);
    if (first === undefined) return;
    this.#context.report(place, [entry.instanceName ? 'instanceName' : 'componentName'], {
      code: OAM_CODES.applicationNameTaken,
      message: `components ${first} and ${index} both make the ${workload.kind} "${name}"`,
      hint: 'Give each its own instanceName.',
    });
  }

  /** The Components that the application may mean, by the key under which the normaliser looks for them. */
  #readableComponents(): Map<string, Component> {
    const readable = new Map<string, Component>();
    for (const entry of this.#application.spec.components) {
      const { componentName: name, revisionName } = entry;
      for (const key of [name, revisionName?.split('|')[1]]) {
        const found = key ? this.#context.components.get(key) : undefined;
        if (key && found && this.#isReadable(found)) readable.set(key, found.component);
      }
      const pinned = revisionName ? this.#context.revisions?.get(revisionName) : undefined;
      if (revisionName && pinned) readable.set(revisionName, pinned);
    }
    return readable;
  }

  #isReadable({ document }: PlacedComponent): boolean {
    return document === undefined || this.#sound.has(document);
  }

  #documentOf(component: string): SourceDocument | undefined {
    return this.#context.components.get(component)?.document;
  }
}

function reportNormalization(
  context: ValidationContext,
  document: SourceDocument,
  problems: readonly NormalizeProblem[],
): void {
  for (const { path, code, message, hint, unknown } of problems) {
    const finding = { code, message, ...(hint === undefined ? {} : { hint }), ...(unknown ? { unknown } : {}) };
    context.report({ document, segments: [] }, parseFieldPath(path), finding);
  }
}

function isDefinition(object: KubernetesObject): object is Definition {
  const { kind } = object;
  return kind === 'WorkloadDefinition' || kind === 'TraitDefinition' || kind === 'ScopeDefinition';
}

function isApplication(object: KubernetesObject): object is ApplicationConfiguration {
  return object.kind === 'ApplicationConfiguration' && groupOf(object.apiVersion) === OAM_GROUP;
}
