import type { KubernetesObject } from '@capstan/base';
import { Document, isScalar, visit } from 'yaml';

/** What the API server or a controller writes and a person does not. Owners are named by uids, which do not come back. */
const SERVER_FIELDS = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'ownerReferences',
  'finalizers',
];

/** kubectl writes it itself; an old one would make its next apply delete fields. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object as a person would apply it: without status and without what server and controllers add. */
export function archivedObjectOf(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, status: _, ...rest } = object;
  const kept = Object.entries(metadata).filter(([key]) => !SERVER_FIELDS.includes(key));
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => key !== LAST_APPLIED);
  const bare = Object.fromEntries(kept.filter(([key]) => key !== 'annotations'));
  const named = annotations.length > 0 ? { ...bare, annotations: Object.fromEntries(annotations) } : bare;
  return { apiVersion, kind, metadata: named as KubernetesObject['metadata'], ...rest };
}

const MERGING = 'tag:yaml.org,2002:merge';

/**
 * One YAML document, with its separator. Texts are quoted: kubectl reads YAML 1.1, where a bare `on` or `1e3` is none; so
 * are keys that do not begin with a letter: `<<` merges what follows into the map in YAML 1.1, `0o7` is a number in 1.2.
 */
export function archivedYaml(object: KubernetesObject): string {
  const document = new Document(archivedObjectOf(object), {
    version: '1.1',
    // With the tag of merging the key would be written bare, whatever it is told to be.
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== MERGING),
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && !/^[a-z]/i.test(String(key.value))) key.type = 'QUOTE_DOUBLE';
    },
  });
  const text = document.toString({ defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
  return `---\n${text}`;
}
