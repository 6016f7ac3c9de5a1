import { configureGlobal, readConfigureGlobal } from 'fast-check';

/**
 * Vitest's setup of every project: what a property draws depends on a seed that is the same in every run, so that a
 * test that fails says something about the change. `CAPSTAN_SEED` is another one; the sweeps take a new one each time.
 */
configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env['CAPSTAN_SEED'] ?? 1) });
