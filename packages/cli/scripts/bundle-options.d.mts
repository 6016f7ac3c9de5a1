import type { BuildOptions } from 'esbuild';

/** The source files of the commands. */
export function commandFiles(): Promise<string[]>;

/** What esbuild is asked: one module for each command, shared code in chunks. */
export function bundleOptions(outdir: string): Promise<BuildOptions>;

/** Commands that are one file each as well. */
export const QUICK: readonly string[];

/** What esbuild is asked for one of the quick commands: a CommonJS module with everything that it may load. */
export function quickOptions(outdir: string, command: string, version: string): Promise<BuildOptions>;

/** The line with which a module of ours makes a `require` of its own; it is left out of the bundle. */
export const OWN_REQUIRE: RegExp;
