// Libraries that load all of their parts at once, made to load each when it is first used: most commands use few.
import { readFile } from 'node:fs/promises';

/** A module that TypeScript compiled to CommonJS, and everything that it takes from another. */
const REQUIRED = /^const (\w+) = ((?:__import(?:Default|Star)\()?require\("[^"]+"\)\)?);$/gm;

/** oclif's modules: `const x_1 = require("./x")` becomes a function, and `x_1.name` a call of it. */
export function lazyOclif() {
  return {
    name: 'lazy-oclif',
    setup(context) {
      context.onLoad({ filter: /\/@oclif\/core\/lib\/.*\.js$/ }, async ({ path }) => ({
        contents: lazily(await readFile(path, 'utf8')),
        loader: 'js',
      }));
    },
  };
}

function lazily(source) {
  const names = [...source.matchAll(REQUIRED)].map(([, name]) => name);
  if (names.length === 0) return source;
  const any = names.join('|');
  const made = new RegExp(`\\bnew (${any})((?:\\.\\w+)+)`, 'g');
  const used = new RegExp(`(?<![\\w.$'"])(${any})(?=\\.)`, 'g');
  return source
    .replace(made, 'new ($1$2)')
    .replace(used, '$1()')
    .replace(REQUIRED, (_, name, load) => `let ${name}_loaded; const ${name} = () => (${name}_loaded ??= ${load});`);
}

/** semver's functions, each a module of its own: the list of them loads all. */
export function lazySemver() {
  return {
    name: 'lazy-semver',
    setup(context) {
      context.onLoad({ filter: /\/semver\/index\.js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const functions = source.matchAll(/^const (\w+) = require\('(\.\/(?:functions|ranges|classes)\/[\w-]+)'\)$/gm);
        const getters = [...functions].map(([, name, file]) => `get ${name}() { return require('${file}'); }`);
        if (getters.length < 30)
          throw new Error(`${path} is not written as expected: it lists ${getters.length} functions`);
        return { contents: `module.exports = { ${getters.join(', ')} };` };
      });
    },
  };
}

/** What the Kubernetes client needs for proxies and for the log-in of some clouds only, and the names that it uses of it. */
const SELDOM_USED = {
  'jsonpath-plus': ['JSONPath'],
  'openid-client': ['refreshTokenGrant', 'discovery', 'customFetch'],
  'socks-proxy-agent': ['SocksProxyAgent'],
  socks: ['SocksClient'],
  hpagent: ['HttpProxyAgent', 'HttpsProxyAgent'],
};

/** The Kubernetes client's seldom used libraries are loaded when one of their names is used. */
export function lazyClientNode() {
  return {
    name: 'lazy-client-node',
    setup(context) {
      const filter = new RegExp(`^(${Object.keys(SELDOM_USED).join('|')})$`);
      context.onResolve({ filter }, ({ path, importer, kind, resolveDir }) =>
        kind === 'import-statement' && importer.includes('/client-node/dist/')
          ? { path, namespace: 'lazy-client-node', pluginData: resolveDir }
          : undefined,
      );
      context.onLoad({ filter: /.*/, namespace: 'lazy-client-node' }, ({ path, pluginData }) => {
        const getters = SELDOM_USED[path].map((name) => `get ${name}() { return require('${path}').${name}; }`);
        return { contents: `module.exports = { ${getters.join(', ')} };`, resolveDir: pluginData };
      });
    },
  };
}
