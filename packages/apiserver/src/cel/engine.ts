import { createRequire } from 'node:module';
import type * as Cel from '@marcbachmann/cel-js';
import { registerFormats } from './format-library.ts';
import { registerLists } from './list-library.ts';
import { registerNetwork } from './network-library.ts';
import { registerQuantity } from './quantity-library.ts';
import { registerRegex } from './regex-library.ts';
import { registerSemver } from './semver-library.ts';
import { registerStrings } from './string-library.ts';
import { registerUrls } from './url-library.ts';

/** The library, as far as it is used. */
export type CelLibrary = typeof Cel;
/** Variables, types and functions of expressions. */
export type CelEnvironment = Cel.Environment;
/** A parsed expression; call it to evaluate. */
export type CelProgram = Cel.ParseResult;
/** A node of a parsed expression. */
export type CelNode = Cel.ASTNode;

const require = createRequire(import.meta.url);
let library: CelLibrary | undefined;
let base: CelEnvironment | undefined;

/** The CEL library; loaded at its first use, as most servers never see a rule. */
export function celLibrary(): CelLibrary {
  library ??= require('@marcbachmann/cel-js') as CelLibrary;
  return library;
}

/** A new environment with Kubernetes' functions (apiserver pkg/cel/environment/base.go) and no variables. */
export function newEnvironment(): CelEnvironment {
  base ??= baseEnvironment();
  return base.clone();
}

function baseEnvironment(): CelEnvironment {
  const cel = celLibrary();
  const environment = new cel.Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  registerStrings(environment);
  registerRegex(environment);
  registerLists(environment);
  registerUrls(environment);
  registerQuantity(environment);
  registerNetwork(environment);
  registerSemver(environment);
  registerFormats(environment, cel);
  return environment;
}

/**
 * Functions and macros that the real server has and this one has not. A rule that uses one is not evaluated; its CRD is
 * accepted with a warning.
 */
export const LACKING_FUNCTIONS: ReadonlySet<string> = new Set([
  'transformList',
  'transformMap',
  'transformMapEntry',
  'existsOne',
  'sortBy',
  'range',
  'jsonpatch',
  'optMap',
  'optFlatMap',
  'ofNonZeroValue',
  'authorizer',
]);
