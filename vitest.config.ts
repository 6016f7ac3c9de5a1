import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const resolve = { conditions: ['@capstan/source', 'node', 'import', 'module', 'default'] };
/** Global setups are loaded in an environment of vitest's own, which does not see `resolve`. */
const environments = { __vitest__: { resolve } };
const ssr = { resolve: { conditions: resolve.conditions, externalConditions: resolve.conditions } };

/** Draws of properties that repeat. */
const setupFiles = ['packages/sandbox/src/testing/draws.ts'];

/** What happens to the installing process and around it: minutes long, and no different on another API server. */
const DISTURBANCES = ['e2e/kills.story.test.ts', 'e2e/disturbed.story.test.ts'];

/** The longest stories, longest first. */
const LONGEST = ['docs', 'center', 'four-capabilities', 'conformance', 'applications', 'main-job'].map(
  (name) => `/e2e/${name}.story.test.ts`,
);

/**
 * Begins with the longest stories, so that none is left alone at the end: without the times of an earlier run vitest
 * goes by the size of the files, and the story of the documents is the smallest.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((path) => moduleId.endsWith(path));
      return place < 0 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => group(a) - group(b) || rank(a) - rank(b));
  }
}

/** The same stories on each engine of the sandbox, two at a time. */
function stories(name: string, engine: string, groupOrder: number, without: readonly string[] = []) {
  return {
    resolve,
    ssr,
    test: {
      name,
      setupFiles,
      env: { CAPSTAN_SANDBOX_ENGINE: engine },
      sequence: { groupOrder },
      include: ['e2e/**/*.story.test.ts'],
      exclude: ['**/node_modules/**', ...without],
      maxWorkers: 2,
      testTimeout: 180_000,
      hookTimeout: 180_000,
    },
  };
}

/** Sweeps that take minutes, for `pnpm test:long` only. */
const long = process.env['CAPSTAN_TEST_LONG']
  ? [
      {
        resolve,
        ssr,
        test: {
          name: 'long',
          setupFiles,
          include: ['packages/*/{src,test}/**/*.long.test.ts', 'fidelity/**/*.long.test.ts', 'tools/**/*.long.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          fileParallelism: false,
        },
      },
    ]
  : [];

/** Tests beside the sources are pure or use only loopback; `*.cluster.test.ts` and `e2e/` need a control plane. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          setupFiles,
          isolate: false,
          sequence: { groupOrder: 0 },
          include: [
            'packages/*/{src,test}/**/*.test.ts',
            'plugins/*/{src,test}/**/*.test.ts',
            'fidelity/**/*.test.ts',
            'e2e/conformance/*.test.ts',
            'tools/**/*.test.ts',
          ],
          exclude: ['**/*.cluster.test.ts', '**/*.long.test.ts', '**/node_modules/**', '**/dist/**'],
          testTimeout: 20_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        resolve,
        ssr,
        environments,
        test: {
          name: 'cluster',
          setupFiles,
          sequence: { groupOrder: 1 },
          include: [
            'packages/*/{src,test}/**/*.cluster.test.ts',
            'plugins/*/{src,test}/**/*.cluster.test.ts',
            'e2e/**/*.cluster.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: ['packages/sandbox/src/testing/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
          hookTimeout: 120_000,
        },
      },
      stories('e2e', 'embedded', 2),
      stories('e2e-real', 'real', 3, process.env['CAPSTAN_TEST_LONG'] ? [] : DISTURBANCES),
      ...long,
    ],
  },
});
