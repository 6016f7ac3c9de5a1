import { CapstanError, didYouMean, EXIT, type SourcePosition } from '@capstan/base';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { MODEL_CODES } from './codes.ts';
import { jsonProblem } from './json-shape.ts';
import { type CapabilityPackage, PACKAGE_API_VERSION } from './package.ts';
import { packageContradictions } from './package-rules.ts';
import { type PackageForm, packageSchema } from './package-schema.ts';
import type { PackageSource } from './package-source.ts';

/** Keys and indexes from a document's root to one of its values. */
export type FieldPath = readonly (string | number)[];

/** Something wrong with a document. */
export interface FieldProblem {
  readonly path: FieldPath;
  readonly message: string;
}

/** Where a document came from, for error messages. */
export interface DocumentOrigin {
  readonly file: string;
  /**
   * Line and column (from 1) of the value at a path, or of its nearest parent that exists; with a file where the document
   * was put together from several.
   */
  readonly positionOf?: (
    path: FieldPath,
  ) => { readonly line: number; readonly column: number; readonly file?: string } | undefined;
}

/** Options of `parsePackage` and `parsePackageSource`. */
export interface ParseOptions {
  readonly origin?: DocumentOrigin;
  /** Refuses unknown fields; on for sources, off when reading what was published. */
  readonly strict?: boolean;
}

/**
 * Published metadata, checked and with every default filled in; the input is not changed. Unknown fields are kept
 * unless `strict`. Throws CAPSTAN_PACKAGE_INVALID, which names the first problem's field and position and carries all
 * of them in `fields.problems`.
 */
export function parsePackage(value: unknown, options: ParseOptions = {}): CapabilityPackage {
  const metadata = check(value, 'published', options.strict ?? false, options.origin) as CapabilityPackage;
  const problems = packageContradictions(metadata);
  if (problems.length > 0) throw invalid(problems, options.origin);
  return metadata;
}

/** The capability.yaml of a plugin's folder, checked strictly and with every default filled in; throws as `parsePackage`. */
export function parsePackageSource(value: unknown, options: ParseOptions = {}): PackageSource {
  return check(value, 'source', options.strict ?? true, options.origin) as PackageSource;
}

const validators = new Map<string, ValidateFunction>();

function validatorFor(form: PackageForm, strict: boolean): ValidateFunction {
  const key = `${form}/${strict}`;
  let validate = validators.get(key);
  if (!validate) {
    const ajv = new Ajv2020({ allErrors: true, verbose: true, useDefaults: true, discriminator: true, strict: false });
    validate = ajv.compile(packageSchema({ form, strict }));
    validators.set(key, validate);
  }
  return validate;
}

function check(value: unknown, form: PackageForm, strict: boolean, origin: DocumentOrigin | undefined): unknown {
  const unreadable = jsonProblem(value);
  if (unreadable) throw invalid([unreadable], origin);
  const newer = newerVersion(value);
  if (newer !== undefined) throw tooNew(newer, origin);
  const copy = structuredClone(value);
  const validate = validatorFor(form, strict);
  if (validate(copy)) return copy;
  throw invalid(problemsOf(validate.errors ?? [], copy), origin);
}

/** The `apiVersion` of metadata in a format that was made after this Capstan; undefined for what it can judge. */
function newerVersion(value: unknown): string | undefined {
  const apiVersion =
    typeof value === 'object' && value !== null && 'apiVersion' in value ? value.apiVersion : undefined;
  const [group, version] = PACKAGE_API_VERSION.split('/');
  if (typeof apiVersion !== 'string' || apiVersion.length > 100) return undefined;
  return apiVersion.startsWith(`${group}/v`) && apiVersion !== `${group}/${version}` ? apiVersion : undefined;
}

function tooNew(apiVersion: string, origin: DocumentOrigin | undefined): CapstanError {
  return new CapstanError(
    MODEL_CODES.packageTooNew,
    `apiVersion is ${apiVersion}, a format that this Capstan does not read; it reads ${PACKAGE_API_VERSION}.`,
    {
      hint: 'Use a newer Capstan, or a version of the package that was published for this one.',
      exit: EXIT.usage,
      fields: { apiVersion },
      ...(origin ? { source: positionOf(origin, ['apiVersion']) } : {}),
    },
  );
}

/** The problems of schema errors in people's words: the deepest ones only, without the noise of alternatives. */
export function problemsOf(errors: readonly ErrorObject[], root: unknown): FieldProblem[] {
  const told = errors.filter(({ keyword }) => keyword !== 'oneOf' || errors.length === 1);
  // A field with a slip of the pen is often also the one that is missing: the slip is what to look at.
  const problems = told.toSorted((a, b) => unknownFirst(a) - unknownFirst(b)).map(toProblem);
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => {
    const key = `${path.join('/')} ${message}`;
    return !seen.has(key) && seen.add(key) && root !== undefined;
  });

  function toProblem(error: ErrorObject): FieldProblem {
    const path = pointerToPath(error.instancePath, root);
    const { keyword, params } = error;
    if (keyword === 'additionalProperties') return unknownField(path, error);
    if (keyword === 'required') return { path: [...path, String(params['missingProperty'])], message: 'is missing' };
    if (keyword === 'enum')
      return { path, message: `must be one of ${(params['allowedValues'] as string[]).join(', ')}` };
    if (keyword === 'const') return { path, message: `must be ${JSON.stringify(params['allowedValue'])}` };
    if (keyword === 'type') return { path, message: `must be of type ${String(params['type'])}` };
    if (keyword === 'oneOf') return { path, message: 'must have exactly one of its alternatives' };
    return { path, message: error.message ?? `breaks the rule "${keyword}"` };
  }
}

const unknownFirst = ({ keyword }: ErrorObject): number => (keyword === 'additionalProperties' ? 0 : 1);

/** Names the field and, of those that may stand there, the nearest. */
function unknownField(path: FieldPath, { params, parentSchema }: ErrorObject): FieldProblem {
  const field = String(params['additionalProperty']);
  const near = didYouMean(field, Object.keys((parentSchema?.['properties'] as object | undefined) ?? {}));
  return {
    path: [...path, field],
    message: `is not a known field${near === undefined ? '' : ` (${near.replace('Did', 'did')})`}`,
  };
}

function pointerToPath(pointer: string, root: unknown): FieldPath {
  let at = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(at) ? Number(key) : key;
      at = (at as Record<string | number, unknown>)[step];
      return step;
    });
}

/** `install.units[0].chart.name`: how messages name a field. */
export function fieldName(path: FieldPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

function invalid(problems: readonly FieldProblem[], origin: DocumentOrigin | undefined): CapstanError {
  return invalidDocument(MODEL_CODES.packageInvalid, 'The package metadata', problems, origin);
}

/** The error of a document with these problems: names the first one's field and position and carries all of them. */
export function invalidDocument(
  code: string,
  what: string,
  problems: readonly FieldProblem[],
  origin: DocumentOrigin | undefined,
): CapstanError {
  const [first] = problems;
  const path = first?.path ?? [];
  const name = fieldName(path);
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const source = origin && positionOf(origin, path);
  return new CapstanError(code, `${name === '' ? what : name} ${first?.message ?? 'is not valid'}${more}.`, {
    hint: problems.length > 1 ? others(problems) : 'docs/packages.md describes every field.',
    exit: EXIT.usage,
    fields: {
      problems: problems.map((problem) => ({
        field: fieldName(problem.path),
        message: problem.message,
        ...(origin ? positionOf(origin, problem.path) : {}),
      })),
    },
    ...(source ? { source } : {}),
  });
}

function others(problems: readonly FieldProblem[]): string {
  const texts = problems.slice(1, 4).map(({ path, message }) => `${fieldName(path)} ${message}`);
  return `Also: ${texts.join('; ')}.`;
}

function positionOf(origin: DocumentOrigin, path: FieldPath): SourcePosition {
  return { file: origin.file, ...origin.positionOf?.(path) };
}
