import { comparePreferred } from '../discovery/version-order.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ApiResource, ApiSubresource, Conversion, Verb } from '../model/resource.ts';
import type { SchemaNode } from '../model/schema.ts';
import { hasEmbedded } from '../schema/embedded.ts';
import { copyJson, sameJson } from '../schema/json.ts';
import { type ConversionCaller, convertByWebhook, withApiVersion } from './conversion.ts';
import { coerce, customStrategy } from './custom-strategy.ts';
import { type Crd, type CrdVersion, conditionIsTrue } from './definition.ts';
import { objectMetaSchema } from './embedded.ts';

const VERBS: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** What conversions between versions need. */
export interface CustomResourceOptions {
  readonly convert?: ConversionCaller;
}

/** The resources of the served versions of an established CRD. One whose objects are being deleted takes no new ones. */
export function customResources(crd: Crd, options: CustomResourceOptions = {}): ApiResource[] {
  return crd.spec.versions.filter((version) => version.served).map((version) => customResource(crd, version, options));
}

function customResource(crd: Crd, version: CrdVersion, options: CustomResourceOptions): ApiResource {
  const { group, scope } = crd.spec;
  const names = crd.status?.acceptedNames ?? crd.spec.names;
  const namespaced = scope === 'Namespaced';
  const structural = structuralSchema(crd, version);
  const selectableFields = (version.selectableFields ?? []).map((field) => field.jsonPath.replace(/^\./, ''));
  const storageVersion = crd.spec.versions.find((one) => one.storage)?.name ?? version.name;
  const { kind, plural } = names;
  const convert = conversion(crd, version, storageVersion, options);
  return {
    group,
    version: version.name,
    resource: plural,
    singular: names.singular ?? kind.toLowerCase(),
    kind,
    listKind: names.listKind ?? `${kind}List`,
    namespaced,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: VERBS,
    ...(conditionIsTrue(crd, 'Terminating') && { terminating: true }),
    source: 'crd',
    storage: { group, resource: plural, version: storageVersion, kind, namespaced },
    schema: wholeSchema(structural),
    subresources: subresources(version),
    strategy: customStrategy({
      group,
      version: version.name,
      kind,
      namespaced,
      schema: structural,
      subresources: version.subresources,
      selectableFields,
    }),
    ...(version.additionalPrinterColumns && { printerColumns: version.additionalPrinterColumns }),
    selectableFields,
    ...(version.deprecated === true && { deprecationWarning: version.deprecationWarning ?? deprecation(crd, version) }),
    ...(convert && { convert }),
  };
}

/** The schema that a version prunes and validates by. */
function structuralSchema(crd: Crd, version: CrdVersion): SchemaNode {
  const schema = version.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return crd.spec.preserveUnknownFields === true ? { ...schema, 'x-kubernetes-preserve-unknown-fields': true } : schema;
}

const TEXT: SchemaNode = { type: 'string' };

/** The schema with what every object has: apiVersion, kind and metadata, in embedded objects too. */
function wholeSchema(schema: SchemaNode): SchemaNode {
  const { properties } = withEmbeddedMetadata(schema);
  return {
    ...withEmbeddedMetadata(schema),
    properties: { ...properties, apiVersion: TEXT, kind: TEXT, metadata: objectMetaSchema() },
  };
}

function withEmbeddedMetadata(schema: SchemaNode): SchemaNode {
  if (!hasEmbedded(schema)) return schema;
  const { properties, items, additionalProperties } = schema;
  const whole: SchemaNode = {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, node]) => [name, withEmbeddedMetadata(node)]),
      ),
    }),
    ...(items && { items: withEmbeddedMetadata(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: withEmbeddedMetadata(additionalProperties),
    }),
  };
  if (schema['x-kubernetes-embedded-resource'] !== true) return whole;
  return { ...whole, properties: { ...whole.properties, apiVersion: TEXT, kind: TEXT, metadata: objectMetaSchema() } };
}

function subresources(version: CrdVersion): ApiSubresource[] {
  const { status, scale } = version.subresources ?? {};
  const verbs: readonly Verb[] = ['get', 'patch', 'update'];
  const path = (text: string): string => text.replace(/^\./, '');
  return [
    ...(status === undefined ? [] : [{ name: 'status', verbs }]),
    ...(scale === undefined
      ? []
      : [
          {
            name: 'scale',
            verbs,
            kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            scale: {
              specReplicas: path(scale.specReplicasPath),
              statusReplicas: path(scale.statusReplicasPath),
              ...(scale.labelSelectorPath !== undefined && { selector: path(scale.labelSelectorPath) }),
            },
          },
        ]),
  ];
}

/** The warning of a deprecated version that brings none: names the best version that is not deprecated. */
function deprecation(crd: Crd, version: CrdVersion): string {
  const { group, names, versions } = crd.spec;
  const better = versions
    .filter((one) => one.served && one.deprecated !== true && comparePreferred(one.name, version.name) < 0)
    .map((one) => one.name)
    .sort(comparePreferred)[0];
  const text = `${group}/${version.name} ${names.kind} is deprecated`;
  return better === undefined ? text : `${text}; use ${group}/${better} ${names.kind}`;
}

/**
 * How stored objects become objects of a version. Objects are pruned and defaulted by its schema, which may have
 * changed since they were stored. Absent where stored objects can be given out as they are: one version, whose schema
 * has never changed.
 */
function conversion(
  crd: Crd,
  version: CrdVersion,
  storageVersion: string,
  options: CustomResourceOptions,
): Conversion | undefined {
  const unchanged = (crd.metadata.generation ?? 1) === 1;
  if (unchanged && version.name === storageVersion && crd.spec.versions.length === 1) return undefined;
  const type = { schema: structuralSchema(crd, version), kind: crd.spec.names.kind, version: version.name };
  const storage = crd.spec.versions.find((one) => one.name === storageVersion) ?? version;
  const storageType = { schema: structuralSchema(crd, storage), kind: type.kind, version: storageVersion };
  const convert = converter(crd, options);
  return {
    toThis: (objects) => afterwards(convert(objects, version.name), (all) => all.map((one) => coerced(one, type))),
    toStorage: (objects) => {
      const converted = convert(objects, storageVersion);
      return version.name === storageVersion
        ? converted
        : afterwards(converted, (all) => all.map((one) => coerced(one, storageType)));
    },
  };
}

type Objects = readonly KubeObject[];

function converter(
  crd: Crd,
  options: CustomResourceOptions,
): (objects: Objects, version: string) => KubeObject[] | Promise<KubeObject[]> {
  const { group, names, conversion: settings } = crd.spec;
  const none = (objects: Objects, version: string): KubeObject[] =>
    objects.map((one) => withApiVersion(one, apiVersionOf(group, version)));
  if (settings?.strategy !== 'Webhook') return none;
  const webhook = {
    group,
    kind: names.kind,
    clientConfig: settings.webhook?.clientConfig ?? {},
    reviewVersions: settings.webhook?.conversionReviewVersions ?? [],
    caller: options.convert,
  };
  return (objects, version) => {
    const wanted = apiVersionOf(group, version);
    return objects.every((one) => one.apiVersion === wanted)
      ? [...objects]
      : convertByWebhook(objects, version, webhook);
  };
}

function afterwards(
  objects: KubeObject[] | Promise<KubeObject[]>,
  next: (objects: KubeObject[]) => KubeObject[],
): KubeObject[] | Promise<KubeObject[]> {
  return objects instanceof Promise ? objects.then(next) : next(objects);
}

/** The object by the rules of a schema; the same object where they change nothing. */
function coerced(object: KubeObject, type: Parameters<typeof coerce>[1]): KubeObject {
  const copy = copyJson(object);
  coerce(copy, type);
  return sameJson(copy, object) ? object : copy;
}
