import { messageOf } from '@capstan/base';
import type { FieldPath } from '@capstan/capability-model';
import { parseDocument } from 'yaml';

/** Deeper values are refused: nothing that is published nests like that, and what walks values would not come back. */
const MAX_DEPTH = 200;
/** Only errors in texts up to this length are placed by the YAML parser, which is slow on hostile ones. */
const MAX_PLACED = 64 * 1024;

/** Why a text is no JSON that is read here, and where. */
export interface JsonFault {
  readonly reason: string;
  readonly offset: number;
}

/** Parses a JSON text of unknown origin; the time it takes grows with its length only. */
export function parseJsonText(text: string): { readonly value: unknown } | { readonly fault: JsonFault } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = messageOf(error);
    const reason = message.replace(/ in JSON at position.*$/s, '').replace(/, "?\.{0,3}[\s\S]*$/, '');
    return { fault: { reason, offset: faultOffset(text, message) } };
  }
  if (!isDeeper(value, MAX_DEPTH)) return { value };
  return { fault: { reason: `it is nested more than ${MAX_DEPTH} levels deep`, offset: 0 } };
}

/** Where a value stands in a JSON text, of a list or an object its name; of what is not there, its nearest parent. */
export function offsetInJson(text: string, path: FieldPath): number {
  let at = skipSpace(text, 0);
  let found = at;
  for (const step of path) {
    const member = memberOf(text, at, step);
    if (!member) break;
    at = member.value;
    const isContainer = text[at] === '{' || text[at] === '[';
    found = isContainer ? (member.name ?? at) : at;
  }
  return found;
}

/** V8 names the position of some errors only; JSON is YAML, whose parser places the rest. */
function faultOffset(text: string, message: string): number {
  const named = /at position (\d+)/.exec(message)?.[1];
  if (named !== undefined) return Number(named);
  if (text.length > MAX_PLACED) return /end of JSON/.test(message) ? text.length : 0;
  try {
    return parseDocument(text, { prettyErrors: false }).errors[0]?.pos[0] ?? text.length;
  } catch {
    return 0;
  }
}

function isDeeper(value: unknown, limit: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      for (const member of Array.isArray(one) ? one : Object.values(one)) next.push(member);
    }
    level = next;
  }
  return false;
}

/** The member of a container that begins at an offset of valid JSON. */
function memberOf(
  text: string,
  start: number,
  step: string | number,
): { readonly name?: number; readonly value: number } | undefined {
  const close = text[start] === '{' ? '}' : text[start] === '[' ? ']' : undefined;
  if (close === undefined) return undefined;
  let at = skipSpace(text, start + 1);
  for (let index = 0; text[at] !== close && at < text.length; index++) {
    const name = at;
    let key: unknown = index;
    if (close === '}') {
      const end = skipString(text, at);
      key = JSON.parse(text.slice(at, end));
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (key === step) return close === '}' ? { name, value: at } : { value: at };
    at = skipSpace(text, skipValue(text, at));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return undefined;
}

function skipValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const character = text[at];
    if (character === '"') at = skipString(text, at);
    else {
      if (character === '{' || character === '[') depth++;
      else if (character === '}' || character === ']') depth--;
      at++;
    }
  } while (at < text.length && (depth > 0 || (text[at] !== ',' && text[at] !== '}' && text[at] !== ']')));
  return at;
}

function skipString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}
