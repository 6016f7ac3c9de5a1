import { CapstanError, type JsonObject, messageOf } from '@capstan/base';
import { HELM_CODES } from './codes.ts';

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads Helm's `-o json`. Helm prints `null` where there is nothing. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(what, error);
  }
}

/** The objects of a list that Helm printed as JSON. */
export function rowsOf(text: string, what: string): JsonObject[] {
  const value = parseJson(text, what) ?? [];
  if (!Array.isArray(value)) throw unreadable(what, 'it is no list');
  return value.filter(isRecord);
}

/** A text; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** OUTPUT_UNREADABLE. */
export function unreadable(what: string, cause: unknown): CapstanError {
  return new CapstanError(HELM_CODES.outputUnreadable, `helm printed ${what} in a form that cannot be read`, {
    hint: messageOf(cause),
    cause,
  });
}
