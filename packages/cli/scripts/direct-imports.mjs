// Barrel files make a bundler load a whole package for one function. This rewrites `import { x } from '@capstan/y'` in
// our sources to the module that defines x, while bundling only.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../..', import.meta.url));
const NAMED = /^(import|export) (?!type )\{([^}]*)\} from '@capstan\/([a-z-]+)';$/gm;
const EXPORT = /^export (?:\*|\{([^}]*)\}) from '([^']+)';$/gm;

/**
 * A `require` of a module's own, with which it loads a library only when it needs it. A bundler does not see through it;
 * without the line it takes the library in, and still runs it only then.
 */
export const OWN_REQUIRE = /^const require = createRequire\(import\.meta\.url\);$/m;

/** @type {Map<string, Map<string, string>>} */
const indexes = new Map();

/** The esbuild plugin. */
export function directImports() {
  return {
    name: 'direct-imports',
    setup(context) {
      context.onLoad({ filter: /\/(packages|plugins)\/[^/]+\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(OWN_REQUIRE, '').replace(NAMED, rewrite),
        loader: 'ts',
      }));
    },
  };
}

/** One statement for each module that defines some of the names. What is not found stays as it was. */
function rewrite(statement, verb, list, name) {
  const modules = exportsOf(join(packages, name, 'src', 'index.ts'));
  const names = namesIn(list).filter((each) => !each.startsWith('type '));
  const found = names.map((each) => [each, modules.get(each.split(' as ')[0] ?? '')]);
  if (found.some(([, module]) => module === undefined)) return statement;
  return found.map(([each, module]) => `${verb} { ${each} } from '${module}';`).join(' ');
}

/** Where each value that an index file exports is defined. */
function exportsOf(file) {
  const known = indexes.get(file);
  if (known) return known;
  const found = new Map();
  indexes.set(file, found);
  for (const [, list, from = ''] of readFileSync(file, 'utf8').matchAll(EXPORT)) {
    const module = moduleOf(file, from);
    const values = list === undefined ? everythingOf(module) : namesIn(list).map((each) => [each, module]);
    for (const [name, where] of values) found.set(name, where);
  }
  return found;
}

function moduleOf(file, from) {
  return from.startsWith('@capstan/')
    ? join(packages, from.slice('@capstan/'.length), 'src', 'index.ts')
    : join(dirname(file), from);
}

/** What `export *` of a module exports: what it passes on, and what it declares. */
function everythingOf(module) {
  return [...exportsOf(module), ...declaredIn(module).map((name) => [name, module])];
}

function declaredIn(file) {
  const declarations = readFileSync(file, 'utf8').matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm);
  return [...declarations].map(([, name = '']) => name);
}

function namesIn(list) {
  return list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
