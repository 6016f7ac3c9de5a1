// How the command line is bundled: what goes in, and what is left out because it is never used or costs more to load than
// most commands take.
import { glob, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { directImports, OWN_REQUIRE } from './direct-imports.mjs';
import { lazyClientNode, lazyOclif, lazySemver } from './lazy-libraries.mjs';

const cli = fileURLToPath(new URL('..', import.meta.url));
const sandbox = fileURLToPath(new URL('../../sandbox', import.meta.url));

/** Parts of oclif and others that nothing here uses, or that exist only in development. */
const NEVER_USED = ['react-devtools-core', 'typescript', 'ts-node'];

/** What oclif needs only to find commands without a manifest, and for its own help: the bundle has neither. */
const LEFT_OUT = ['ejs', 'tinyglobby'];

export { OWN_REQUIRE };

/** The source files of the commands. */
export async function commandFiles() {
  const commands = [];
  for await (const file of glob('src/commands/**/*.ts', { cwd: cli })) {
    if (!file.endsWith('.test.ts')) commands.push(file);
  }
  return commands;
}

/**
 * What esbuild is asked: one module for each command, shared code in chunks.
 * @param {string} outdir
 * @returns {Promise<import('esbuild').BuildOptions>}
 */
export async function bundleOptions(outdir) {
  const commands = await commandFiles();
  return {
    absWorkingDir: cli,
    entryPoints: [
      ...commands.map((file) => ({ in: file, out: file.slice('src/'.length, -'.ts'.length) })),
      { in: 'src/main.ts', out: 'main' },
      ...HEAVY.map((name) => ({ in: `src/lib/${name}.ts`, out: `lib/${name}` })),
      { in: `${sandbox}/src/agent.ts`, out: 'sandbox-agent' },
      { in: `${sandbox}/src/apiserver.ts`, out: 'apiserver' },
    ],
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    conditions: ['@capstan/source'],
    external: NEVER_USED,
    // Names stay: errors are told apart by them. CommonJS dependencies ask for Node's modules with require.
    minifyWhitespace: true,
    minifySyntax: true,
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    legalComments: 'linked',
    logLevel: 'warning',
    plugins: [
      oclifVersion(),
      leftOut(),
      kubeconfigOnly(),
      apiServerSources(),
      pureSources(),
      directImports(),
      lazyHttp(),
      lazyOclif(),
      lazySemver(),
      lazyClientNode(),
    ],
  };
}

/** Commands that people wait for. Each is one file as well: to find and link thirty chunks takes longer than to run it. */
export const QUICK = ['cap/list', 'cap/status', 'list', 'status', 'version'];

/** What quick commands seldom need and is large: they take it from the bundle of all commands. */
const HEAVY = ['center-context', 'listed-capabilities', 'meant-package'];

/**
 * What esbuild is asked for one of the quick commands: a CommonJS module with everything that it may load.
 * @param {string} outdir
 * @param {string} command
 * @param {string} version
 * @returns {Promise<import('esbuild').BuildOptions>}
 */
export async function quickOptions(outdir, command, version) {
  const { entryPoints: _, splitting: __, banner: ___, ...options } = await bundleOptions(outdir);
  const fields = JSON.stringify({ id: command.replace('/', ':'), version });
  return {
    ...options,
    stdin: {
      contents: `
        import command from './src/commands/${command}.ts';
        import { runQuickly } from './src/quick.ts';
        export const run = (argv) => runQuickly({ ...${fields}, command }, argv);`,
      resolveDir: cli,
      loader: 'ts',
    },
    outdir: undefined,
    outfile: `${outdir}/quick-${command.replace('/', '-')}.cjs`,
    format: 'cjs',
    banner: { js: "const __url=require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': '__url' },
    plugins: [fromLargeBundle(), ...(options.plugins ?? [])],
  };
}

function fromLargeBundle() {
  return {
    name: 'from-large-bundle',
    setup(context) {
      context.onResolve({ filter: new RegExp(`/(${HEAVY.join('|')})\\.ts$`) }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path: path.replace(/^.*\/(.*)\.ts$/, './lib/$1.js'), external: true } : undefined,
      );
    },
  };
}

/** oclif looks for its own package.json at run time; the bundle carries what it reads of it. */
function oclifVersion() {
  const own = createRequire(import.meta.url)('@oclif/core/package.json');
  return {
    name: 'oclif-version',
    setup(context) {
      const filter = /^@oclif\/core\/package\.json$/;
      context.onResolve({ filter }, ({ path }) => ({ path, namespace: 'oclif-version' }));
      context.onLoad({ filter: /.*/, namespace: 'oclif-version' }, () => ({
        contents: JSON.stringify({ name: own.name, version: own.version }),
        loader: 'json',
      }));
    },
  };
}

/** Replaces modules that are never called by empty ones: loading them would cost more than many a command. */
function leftOut() {
  return {
    name: 'left-out',
    setup(context) {
      const filter = new RegExp(`^(${LEFT_OUT.join('|')})$`);
      context.onResolve({ filter }, ({ path }) => ({ path, namespace: 'left-out' }));
      context.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/**
 * Of the Kubernetes client only KubeConfig is used, for the options of HTTPS requests. Its generated API classes and the
 * HTTP client beneath them are 1.5 MB that take longer to load than most commands take to run.
 */
function kubeconfigOnly() {
  const unused = (name) =>
    `export class ${name} { constructor() { throw new Error('${name} is not part of the bundle'); } }`;
  const stubs = {
    './gen/index.js': ['createConfiguration', 'ServerConfiguration'].map(unused).join('\n'),
    undici: ['Agent', 'ProxyAgent'].map(unused).join('\n'),
  };
  return {
    name: 'kubeconfig-only',
    setup(context) {
      context.onResolve({ filter: /^@kubernetes\/client-node$/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === 'kubeconfig-only') return undefined;
        const index = await context.resolve(path, { ...from, pluginData: 'kubeconfig-only' });
        return { path: index.path.replace(/index\.js$/, 'config.js') };
      });
      context.onResolve({ filter: /^(\.\/gen\/index\.js|undici)$/ }, ({ path, importer }) =>
        importer.endsWith('/client-node/dist/config.js') ? { path, namespace: 'kubeconfig-only' } : undefined,
      );
      context.onLoad({ filter: /.*/, namespace: 'kubeconfig-only' }, ({ path }) => ({ contents: stubs[path] }));
    },
  };
}

/**
 * The API server reads its data beside its sources, in the bundle beside the chunks.
 */
function apiServerSources() {
  return {
    name: 'apiserver-sources',
    setup(context) {
      context.onLoad({ filter: /\/apiserver\/src\/.*\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const contents = source
          .replace(OWN_REQUIRE, '')
          .replace("'../../assets/'", "'./apiserver-assets/'")
          .replace('`../../assets/', '`./apiserver-assets/');
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** Importing a module of ours has no effect by itself: what a command does not use of a package is left out. */
function pureSources() {
  return {
    name: 'pure-sources',
    setup(context) {
      context.onResolve({ filter: /^(@capstan\/|\.)/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === 'pure-sources' || !/\/(packages|plugins)\/[^/]+\/src\//.test(from.importer))
          return undefined;
        const found = await context.resolve(path, { ...from, pluginData: 'pure-sources' });
        return { ...found, sideEffects: false };
      });
    },
  };
}

/**
 * An `import` of node:http reads every property of the module, among them the lazy ones that load Node's whole fetch
 * implementation (20 ms). A `require` does not.
 */
function lazyHttp() {
  return {
    name: 'lazy-http',
    setup(context) {
      context.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
        kind === 'import-statement' ? { path: 'node:http', namespace: 'lazy-http' } : undefined,
      );
      context.onLoad({ filter: /.*/, namespace: 'lazy-http' }, ({ path }) => ({
        contents: `module.exports = require('${path}');`,
      }));
    },
  };
}
