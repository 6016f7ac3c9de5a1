import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

/** A regular expression with the syntax and the meaning of Go's regexp package; matching takes linear time. */
export interface GoRegExp {
  /** Whether any part of the text matches. A wrong expression matches nothing. */
  test(text: string): boolean;
  /** Why the expression is wrong, as Go says it; undefined where it is right. */
  readonly error: string | undefined;
}

const require = createRequire(import.meta.url);
let engine: typeof RE2JS | undefined;

/** RE2 as a library, loaded when the first expression is compiled. */
export function re2(): typeof RE2JS {
  engine ??= (require('re2js') as { RE2JS: typeof RE2JS }).RE2JS;
  return engine;
}

/** An expression that is compiled at its first use. */
export function goRegExp(pattern: string): GoRegExp {
  let compiled: { readonly matcher?: RE2JS; readonly error?: string } | undefined;
  const compile = (): NonNullable<typeof compiled> => {
    compiled ??= compilePattern(pattern);
    return compiled;
  };
  return {
    test: (text) => compile().matcher?.test(text) ?? false,
    get error() {
      return compile().error;
    },
  };
}

function compilePattern(pattern: string): { matcher?: RE2JS; error?: string } {
  try {
    return { matcher: re2().compile(pattern) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
