import { CapstanError, EXIT, type JsonObject } from '@capstan/base';
import type { InstallGoal } from '@capstan/capability-center';
import { CLI_CODES } from '../codes.ts';
import { readInput } from './input.ts';

/** Reads `NAME[@RANGE]` words with `--values` files and `--set` values, which go to the only package there is. */
export async function installGoals(
  words: readonly string[],
  values: readonly string[],
  sets: readonly string[],
): Promise<InstallGoal[]> {
  const goals = words.map(parseGoal);
  const given = await goalValues(words, values, sets);
  return given === undefined ? goals : goals.map((goal) => ({ ...goal, values: given }));
}

/** Values of `--values` files and `--set`, later ones over earlier ones; undefined where none were given. */
export async function goalValues(
  words: readonly string[],
  values: readonly string[],
  sets: readonly string[],
): Promise<JsonObject | undefined> {
  if (values.length === 0 && sets.length === 0) return undefined;
  if (words.length !== 1) throw usage('--set and --values are for one package', 'Name the packages one by one.');
  let merged: JsonObject = {};
  for (const file of values) merged = merge(merged, await readValues(file));
  for (const text of sets) merged = merge(merged, await parseSet(text));
  return merged;
}

function parseGoal(word: string): InstallGoal {
  const at = word.indexOf('@');
  const name = at < 0 ? word : word.slice(0, at);
  if (name === '')
    throw usage(`"${word}" names no package`, 'A package is NAME or NAME@RANGE, for instance keda@2.20.');
  if (at < 0) return { package: name };
  const range = word.slice(at + 1).trim();
  // Most likely a variable of a script that is not set: the newest version is not what was meant.
  if (range === '') throw usage(`"${word}" names no version`, `Leave the @ out for the newest: ${name}.`);
  return { package: name, range };
}

async function readValues(file: string): Promise<JsonObject> {
  const { text } = await readInput(file);
  const { parse } = await import('../services/yaml.ts');
  const value: unknown = parse(text);
  if (isMap(value)) return value;
  throw usage(`${file} holds no values`, 'A values file is a YAML mapping.');
}

/** `a.b=1`: the value is YAML, so that numbers and booleans are what they look like. */
async function parseSet(text: string): Promise<JsonObject> {
  const equals = text.indexOf('=');
  const path = text.slice(0, equals).split('.');
  if (equals < 1 || path.some((part) => part === ''))
    throw usage(`--set ${text} is not key=value`, 'For instance --set operator.replicas=2.');
  const { parse } = await import('../services/yaml.ts');
  const value: unknown = parse(text.slice(equals + 1));
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as JsonObject;
}

function merge(into: JsonObject, from: JsonObject): JsonObject {
  const result = new Map(Object.entries(into));
  for (const [key, value] of Object.entries(from)) {
    const before = result.get(key);
    result.set(key, isMap(before) && isMap(value) ? merge(before, value) : value);
  }
  return Object.fromEntries(result);
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function usage(message: string, hint: string): CapstanError {
  return new CapstanError(CLI_CODES.usage, message, { hint, exit: EXIT.usage });
}
