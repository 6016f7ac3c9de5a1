import { type KubernetesObject, nearest, type ObjectMeta } from '@capstan/base';
import type { DefinitionCatalog } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { isBlank, isJsonObject } from '../json.ts';
import { type Component, isWorkloadDefinition } from '../kinds/index.ts';
import { inheritedAnnotations, OAM_LABELS } from '../names.ts';
import { quoted } from '../quote.ts';
import { DialectContext } from './context.ts';
import { saysItsKind, withoutEmptyMetadata } from './embedded.ts';
import { describeKind, modernObject } from './kind-aliases.ts';
import { kindNamed } from './served-kinds.ts';
import type { NormalizedObject } from './types.ts';
import { unknownName } from './unknown-name.ts';

/** Fields of the talks in a Component's metadata; Kubernetes knows them as annotations only. */
const METADATA_FIELDS = ['version', 'description'] as const;

const WORKLOAD = ['spec', 'workload'] as const;

/**
 * A Component in canonical form: metadata.version and metadata.description are annotations, a workload of a `type` has
 * apiVersion and kind, and kinds have their names of today.
 */
export function normalizeComponent(component: Component, catalog: DefinitionCatalog): NormalizedObject<Component> {
  const context = new DialectContext(catalog, component.metadata.name);
  const annotated = { ...component, metadata: withAnnotations(context, component.metadata) };
  const workload = isJsonObject(annotated.spec) ? annotated.spec.workload : undefined;
  if (!isJsonObject(workload)) return { object: annotated, warnings: context.warnings, problems: context.problems };
  const typed = isBlank(workload['type']) ? workload : resolveType(context, annotated, workload);
  const modern = saysItsKind(typed) ? modernObject(typed, catalog.crds) : typed;
  if (modern !== typed) {
    context.warn([...WORKLOAD, 'apiVersion'], `${describeKind(typed)} is read as ${describeKind(modern)}`);
  }
  const object = { ...annotated, spec: { ...annotated.spec, workload: withoutEmptyMetadata(modern) } };
  return { object, warnings: context.warnings, problems: context.problems };
}

/**
 * The Component with its workload `type` resolved: what the reference's mutating webhook does, and nothing else.
 * Problems are its refusals, in its words.
 */
export function resolveWorkloadType(component: Component, catalog: DefinitionCatalog): NormalizedObject<Component> {
  const context = new DialectContext(catalog, component.metadata.name);
  const workload = isJsonObject(component.spec) ? component.spec.workload : undefined;
  if (!isJsonObject(workload) || isBlank(workload['type'])) {
    return { object: component, warnings: [], problems: [] };
  }
  const object = { ...component, spec: { ...component.spec, workload: resolveType(context, component, workload) } };
  return { object, warnings: context.warnings, problems: context.problems };
}

/** The component's labels and annotations replace the workload's own, as in the reference. */
function resolveType(context: DialectContext, component: Component, workload: KubernetesObject): KubernetesObject {
  const { type, ...rest } = workload;
  const path = [...WORKLOAD, 'type'];
  if (typeof type !== 'string') {
    context.refuse(path, {
      code: OAM_CODES.workloadTypeInvalid,
      reason: 'InvalidWorkload',
      message: 'workload content has an unknown type field',
      hint: 'type is the name of a WorkloadDefinition; or write apiVersion and kind in its place.',
    });
    return workload;
  }
  const definitions = context.catalog.definitions.filter(isWorkloadDefinition);
  const definition = definitions.find(({ metadata }) => metadata.name === type);
  if (!definition) {
    const [near] = nearest(
      type,
      definitions.map(({ metadata }) => metadata.name),
    );
    context.refuse(path, {
      code: OAM_CODES.workloadUnknown,
      reason: 'WorkloadDefinitionMissing',
      message: `workloaddefinitions.core.oam.dev ${quoted(type)} not found`,
      hint: near ? `Did you mean "${near}"?` : 'Install the package that registers it: `capstan cap search`.',
      unknown: unknownName('workload', type),
    });
    return workload;
  }
  const { name, version } = definition.spec.definitionRef;
  const kind = kindNamed(name, context.catalog, version);
  if (!kind) {
    context.refuse(path, {
      code: OAM_CODES.workloadUnknown,
      reason: 'WorkloadKindUnknown',
      message: `no matches for ${name}${version ? ` in version ${version}` : ''}`,
      hint: `WorkloadDefinition ${type} names it in definitionRef.`,
    });
    return workload;
  }
  const { namespace, labels, annotations } = component.metadata;
  const inherited = inheritedAnnotations(annotations);
  const { annotations: _replaced, ...metadata } = (rest.metadata ?? {}) as Partial<ObjectMeta>;
  return {
    ...rest,
    ...kind,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [OAM_LABELS.workloadType]: type },
      ...(Object.keys(inherited).length === 0 ? {} : { annotations: inherited }),
    },
  } as KubernetesObject;
}

function withAnnotations(context: DialectContext, metadata: ObjectMeta): ObjectMeta {
  let result: ObjectMeta & Record<string, unknown> = { ...metadata };
  for (const field of METADATA_FIELDS) {
    const { [field]: value, ...rest } = result;
    if (!(field in result)) continue;
    result = rest as typeof result;
    if (isBlank(value)) continue;
    const stated = metadata.annotations?.[field];
    const kept = stated === undefined || stated === String(value) ? '' : `, which says ${stated} here and wins`;
    context.warn(['metadata', field], `metadata.${field} is read as the annotation ${field}${kept}`);
    result = { ...result, annotations: { [field]: String(value), ...result.annotations } };
  }
  return result;
}
