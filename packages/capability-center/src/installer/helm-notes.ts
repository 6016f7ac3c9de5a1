import type { OutputLine } from '@capstan/helm-ts';
import type { Run } from './run.ts';

const FIELD = /(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g;

/**
 * What a line of Helm's debug output tells a person, or undefined when it tells nothing new: which object was created,
 * is waited for, or is deleted. `seen` holds the texts that were told before.
 */
export function helmNote(line: string, seen: Set<string>): string | undefined {
  const text = inWords(fieldsOf(line));
  if (text === undefined || seen.has(text)) return undefined;
  seen.add(text);
  return text;
}

function inWords(fields: Readonly<Record<string, string>>): string | undefined {
  const object = objectOf(fields);
  if (object === undefined) return undefined;
  if (fields['msg']?.startsWith('Created resource')) return `created ${object}`;
  if (fields['msg'] === 'waiting for resource') {
    return fields['expectedStatus'] === 'NotFound' ? `waiting until ${object} is gone` : `waiting for ${object}`;
  }
  if (fields['msg'] === 'starting delete resource') return `deleting ${object}`;
  return undefined;
}

function objectOf({ kind, gvk, namespace, name }: Readonly<Record<string, string>>): string | undefined {
  const kindName = kind ?? /Kind=(\w+)/.exec(gvk ?? '')?.[1];
  if (kindName === undefined || name === undefined) return undefined;
  return `${kindName.toLowerCase()}/${namespace ? `${namespace}/` : ''}${name}`;
}

function fieldsOf(line: string): Record<string, string> {
  return Object.fromEntries([...line.matchAll(FIELD)].map(([, key = '', quoted, bare]) => [key, quoted ?? bare ?? '']));
}

/** Passes what Helm says on as notes of a unit. */
export function helmOutput(run: Pick<Run, 'note'>, packageName: string): (line: OutputLine) => void {
  const seen = new Set<string>();
  return ({ text }) => {
    const note = helmNote(text, seen);
    if (note !== undefined) run.note('unit', note, packageName);
  };
}
