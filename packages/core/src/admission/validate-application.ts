import type { JsonObject, KubernetesObject } from '@capstan/base';
import {
  type ApplicationConfiguration,
  type Component,
  componentKey,
  type DefinitionCatalog,
  definitionFor,
  evaluateRules,
  instanceNameOf,
  isScopeDefinition,
  type NormalizedApplication,
  OAM_LABELS,
  type ParameterValue,
  parameterProblems,
  parseFieldPath,
  type RuleVerdict,
  resourceNameIn,
  ruleComponents,
  type TraitDefinition,
  withoutUnknownFields,
} from '@capstan/oam-model';
import { fieldLeftOut } from '../application/known-fields.ts';
import { needsContribution } from '../application/lookup.ts';
import { planScopes, scopeDefinitionFor } from '../scopes/index.ts';
import { aggregate, invalid } from './review.ts';

/** What an application is judged by. */
export interface AdmissionFacts {
  /** As it is written, after mutation. */
  readonly application: ApplicationConfiguration;
  /** The same in canonical form, with its Components by `componentKey`. */
  readonly canonical: NormalizedApplication;
  readonly catalog: DefinitionCatalog;
  /** Whether the cluster serves a kind. */
  readonly serves: (object: KubernetesObject) => boolean;
}

/** What a webhook answers about an application. */
export interface AdmissionJudgement {
  /** Why it is denied; absent when it is admitted. */
  readonly denial?: string;
  readonly warnings: readonly string[];
}

type Step = (facts: AdmissionFacts) => readonly string[];

/** In this order; the first with anything to say decides, as in the reference. The last ones are those that it lacks. */
const STEPS: readonly Step[] = [
  leftovers,
  namelessEntries,
  unknownParts,
  dialect,
  ambiguousNames,
  assignedNames,
  rules,
  parameters,
  scopes,
];

/** Judges an application by section 3 of the reference's semantics and by the rules that it lacks. Pure. */
export function judgeApplication(facts: AdmissionFacts): AdmissionJudgement {
  const warnings = [
    ...facts.canonical.warnings.map(({ path, component, message }) =>
      component === undefined ? `${path}: ${message}` : `Component ${component}, ${path}: ${message}`,
    ),
    ...verdictsOn(facts)
      .filter(({ severity }) => severity === 'warning')
      .map(({ message }) => message),
    ...unknownFields(facts),
  ];
  for (const step of STEPS) {
    const problems = step(facts);
    if (problems.length > 0) return { denial: aggregate(problems), warnings };
  }
  return { warnings };
}

/** Traits that mutation should have completed. */
function leftovers({ application }: AdmissionFacts): string[] {
  return application.spec.components.flatMap(({ traits }, component) =>
    (traits ?? []).flatMap(({ trait }, index) => {
      if (trait === undefined || trait === null) return [];
      const path = `spec.components[${component}].traits[${index}].trait`;
      const { name, properties, apiVersion, kind } = trait as JsonObject;
      const problems: string[] = [];
      if (isGiven(name)) {
        problems.push(invalid(path, trait, "the trait contains 'name' info that should be mutated to GVK"));
      }
      if (isGiven(properties)) {
        problems.push(invalid(path, trait, "the trait contains 'properties' info that should be mutated to spec"));
      }
      if (!apiVersion || !kind) {
        const have = `api = ${String(apiVersion ?? '')}, kind = ${String(kind ?? '')},`;
        problems.push(invalid(path, trait, `the trait data missing GVK, ${have}`));
      }
      return problems;
    }),
  );
}

function namelessEntries({ application }: AdmissionFacts): string[] {
  return application.spec.components.flatMap((entry, index) =>
    componentKey(entry) === '' ? [`spec.components[${index}]: one of componentName and revisionName must be set`] : [],
  );
}

/** Components, revisions and Definitions that do not exist: the first alone, for what follows may follow from it. */
function unknownParts(facts: AdmissionFacts): string[] {
  const { application, components } = facts.canonical;
  for (const entry of application.spec.components) {
    const { componentName, revisionName } = entry;
    const name = componentName || revisionName || '';
    const component = components.get(componentKey(entry));
    if (!component) return [`cannot get component "${name}": ${missingComponent(name, revisionName)}`];
    const workload = unregistered(facts, component.spec.workload, 'workload');
    if (workload) return [`cannot get workload definition of component "${name}": ${workload}`];
    for (const { trait } of entry.traits ?? []) {
      const unknown = trait && unregistered(facts, trait, 'trait');
      if (unknown) return [`cannot get trait definition in component "${name}": ${unknown}`];
    }
  }
  return [];
}

function missingComponent(name: string, revisionName: string | undefined): string {
  if (!revisionName) return `components.core.oam.dev "${name}" not found`;
  return `cannot get component revision "${revisionName}": controllerrevisions.apps "${revisionName}" not found`;
}

/** Why no Definition registers an object; undefined when one does. */
function unregistered(facts: AdmissionFacts, object: KubernetesObject, role: 'workload' | 'trait'): string | undefined {
  const { catalog, serves } = facts;
  if (definitionFor(object, role, catalog)) return undefined;
  const definitions = role === 'workload' ? 'workloaddefinitions' : 'traitdefinitions';
  const label = object.metadata?.labels?.[role === 'workload' ? OAM_LABELS.workloadType : OAM_LABELS.traitType];
  if (label) return `${definitions}.core.oam.dev "${label}" not found`;
  const { apiVersion = '', kind = '' } = object;
  if (!serves(object)) return `no matches for kind "${kind}" in version "${apiVersion}"`;
  return `${definitions}.core.oam.dev "${resourceNameIn(catalog, object)}" not found`;
}

/** What cannot be read as the canonical form: names of traits, dependencies on nobody and in cycles. */
function dialect({ canonical }: AdmissionFacts): string[] {
  return canonical.problems.map(({ path, component, message }) =>
    component === undefined ? `${path}: ${message}` : `Component "${component}", ${path}: ${message}`,
  );
}

function ambiguousNames({ application }: AdmissionFacts): string[] {
  return application.spec.components.flatMap(({ componentName, revisionName }) =>
    componentName && revisionName
      ? [
          `componentName "${componentName}" and revisionName "${revisionName}" are mutually exclusive, you can only specify one of them`,
        ]
      : [],
  );
}

/** A component whose workloads are named after its revisions cannot have a name of its own. */
function assignedNames({ canonical, catalog }: AdmissionFacts): string[] {
  return canonical.application.spec.components.flatMap((entry) => {
    const versioned = (entry.traits ?? []).some(({ trait }) => {
      const definition = trait && definitionFor(trait, 'trait', catalog)?.definition;
      return definition !== undefined && (definition as TraitDefinition).spec.revisionEnabled === true;
    });
    const component = canonical.components.get(componentKey(entry));
    if (!versioned || !component) return [];
    const names = [
      ...namesByParameter(component, entry.parameterValues ?? []),
      component.spec.workload.metadata?.name,
      entry.instanceName,
    ];
    return names
      .filter((name) => name !== undefined && name !== '')
      .map(
        (name) =>
          `versioning-enabled component's workload name MUST NOT be assigned, expect workload name "${name}" to be empty.`,
      );
  });
}

/** Values of parameters that set metadata.name, and not, as in the reference, also metadata.namespace. */
function namesByParameter(component: Component, values: readonly ParameterValue[]): string[] {
  const naming = (component.spec.parameters ?? []).filter(({ fieldPaths }) => (fieldPaths ?? []).some(isNamePath));
  return values.filter(({ name }) => naming.some((each) => each.name === name)).map(({ value }) => String(value));
}

function isNamePath(path: string): boolean {
  try {
    const segments = parseFieldPath(path);
    return segments.length === 2 && segments[0] === 'metadata' && segments[1] === 'name';
  } catch {
    // Where it is invalid it names nothing; `parameters` of the Component's own admission speak of it.
    return false;
  }
}

function rules(facts: AdmissionFacts): string[] {
  return verdictsOn(facts)
    .filter(({ allowed }) => !allowed)
    .map(({ message }) => message);
}

function verdictsOn({ canonical: { application, components }, catalog }: AdmissionFacts): RuleVerdict[] {
  return evaluateRules(ruleComponents(application, components, catalog));
}

/** Fields that the controller leaves out, because the kind does not know them. */
function unknownFields({ canonical, catalog }: AdmissionFacts): string[] {
  return canonical.application.spec.components.flatMap((entry) => {
    const component = canonical.components.get(componentKey(entry));
    const unknownIn = (object: KubernetesObject | undefined, role: 'workload' | 'trait') => {
      const crd = object && definitionFor(object, role, catalog)?.crd;
      if (!object || !crd || needsContribution(crd.metadata.name)) return [];
      const version = crd.spec.versions.find(({ name }) => object.apiVersion === `${crd.spec.group}/${name}`);
      const schema = version?.schema?.openAPIV3Schema;
      const { removed } = schema ? withoutUnknownFields(object, schema) : { removed: [] };
      return removed.map(({ message }) => fieldLeftOut(component?.metadata.name ?? '', role, object, message));
    };
    const traits = (entry.traits ?? []).flatMap(({ trait }) => unknownIn(trait, 'trait'));
    return [...unknownIn(component?.spec.workload, 'workload'), ...traits];
  });
}

function parameters({ canonical: { application, components } }: AdmissionFacts): string[] {
  return application.spec.components.flatMap((entry) => {
    const component = components.get(componentKey(entry));
    const problems = component ? parameterProblems(component, entry.parameterValues) : [];
    return problems.map(
      ({ message }) => `cannot resolve parameter values for component "${component?.metadata.name}": ${message}`,
    );
  });
}

/** A component in two scopes of a kind whose Definition does not allow it. Whether the scopes exist is seen later. */
function scopes({ canonical: { application, components }, catalog }: AdmissionFacts): string[] {
  const definitions = catalog.definitions.filter(isScopeDefinition);
  const wanted = application.spec.components.flatMap((entry) => {
    const workload = components.get(componentKey(entry))?.spec.workload;
    const references = (entry.scopes ?? []).flatMap(({ scopeRef }) => scopeRef ?? []);
    const name = instanceNameOf(entry);
    return workload ? [{ component: name, workload: { ...workload, name }, scopes: references }] : [];
  });
  const plan = planScopes({
    wanted,
    recorded: [],
    definition: (kind) => {
      const match = definitionFor({ ...kind, metadata: { name: '' } }, 'scope', catalog);
      return match && scopeDefinitionFor(definitions, match.definition.metadata.name);
    },
    scope: ({ apiVersion, kind, name }) => ({ apiVersion, kind, metadata: { name } }),
    scopesOfKind: () => [],
  });
  return plan.problems.filter(({ stage }) => stage === 'render').map(({ message }) => message);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
