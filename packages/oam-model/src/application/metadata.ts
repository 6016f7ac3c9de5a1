import { OAM_CODES } from '../codes.ts';
import type { SourceDocument } from '../files/documents.ts';
import { isJsonObject } from '../json.ts';
import { MAX_NAME_LENGTH } from '../names.ts';
import type { Place, ValidationContext } from './context.ts';

const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** Names become values of labels. `maximum` is what the API server allows for kinds whose names do not. */
export function checkName(context: ValidationContext, document: SourceDocument, maximum = MAX_NAME_LENGTH): void {
  const { name } = document.object.metadata;
  if (name.length <= maximum && OBJECT_NAME.test(name)) return;
  context.report({ document, segments: [] }, ['metadata', 'name'], {
    code: OAM_CODES.nameInvalid,
    message: `${JSON.stringify(name.slice(0, 80))} cannot be the name of ${withArticle(document.object.kind)}`,
    hint: `Use at most ${maximum} lower-case letters, digits, dashes and dots, with a letter or digit at both ends.`,
  });
}

/** Labels and keys of annotations, which the API server refuses in another form. */
export function checkLabels(context: ValidationContext, document: SourceDocument): void {
  const place: Place = { document, segments: ['metadata'] };
  const { labels, annotations } = document.object.metadata;
  for (const [key, value] of entriesOf(labels)) {
    if (LABEL_KEY.test(key) && LABEL_VALUE.test(value)) continue;
    context.report(place, ['labels', key], {
      code: OAM_CODES.nameInvalid,
      message: `"${key}: ${value.slice(0, 80)}" cannot be a label`,
      hint: 'Keys and values have at most 63 letters, digits, dashes, dots and underscores, with a letter or digit at both ends; a key may have a DNS name and a slash before it.',
    });
  }
  for (const [key] of entriesOf(annotations)) {
    if (LABEL_KEY.test(key.toLowerCase())) continue;
    context.report(place, ['annotations', key], {
      code: OAM_CODES.nameInvalid,
      message: `"${key.slice(0, 80)}" cannot be the key of an annotation`,
      hint: 'A key has at most 63 letters, digits, dashes, dots and underscores; a DNS name and a slash may stand before it.',
    });
  }
}

/** An object that stands in the files a second time would silently win over the first. */
export function checkRepetition(context: ValidationContext, documents: readonly SourceDocument[]): void {
  const first = new Map<string, SourceDocument>();
  for (const document of documents) {
    const { apiVersion, kind, metadata } = document.object;
    const identity = JSON.stringify([apiVersion, kind, metadata.namespace ?? '', metadata.name]);
    const before = first.get(identity);
    first.set(identity, before ?? document);
    if (!before) continue;
    const { file, line } = before.locate([]);
    context.report({ document, segments: [] }, ['metadata', 'name'], {
      code: OAM_CODES.objectRepeated,
      message: `${kind} "${metadata.name}" stands in ${file}, line ${line}, already`,
      hint: 'Keep one of the two, or give this one another name.',
    });
  }
}

function withArticle(kind: string): string {
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

function entriesOf(map: unknown): [string, string][] {
  if (!isJsonObject(map)) return [];
  return Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}
