import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { builtinTypes } from './generate/generate.ts';
import { encodeProtobufBodies } from './generate/protobuf.ts';
import { checkKnown, type KnownCheck, ratchet, readKnown, writeKnown } from './known.ts';
import { fingerprint, type RecordedRun, type Recording, readRecording, writeRecording } from './recorded.ts';
import { causesReport } from './report/causes.ts';
import { fidelityDocument } from './report/document.ts';
import { summary } from './report/summary.ts';
import { compareRuns } from './results.ts';
import { type Engine, startEmbedded } from './run/engine.ts';
import { type Answers, runSuite } from './run/run-suite.ts';
import type { Script } from './script/types.ts';
import { loadSuite } from './suite.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/sandbox-fidelity.md', import.meta.url));
const LINES = 20;
const SLOW_MS = 3000;
/** The embedded server has no reason to let anyone wait; scripts that wait in vain must not take long. */
export const EMBEDDED_WAIT_MS = 3000;

/** The options of `pnpm fidelity`. */
export interface CommandOptions {
  readonly only: readonly string[];
  /** Runs the real engine and keeps its answers. */
  readonly record?: boolean;
  /** `recorded` (default) or `real`. */
  readonly against?: string;
  /** `embedded` (default), or `real` to see whether the real engine answers as it was recorded. */
  readonly engine?: string;
  readonly ratchet?: boolean;
  readonly docs?: boolean;
  /** File for the differences by cause. */
  readonly causes?: string;
  /** Runs real clients against the real engine and makes scripts of what they ask. */
  readonly sessions?: boolean;
  /** Encodes the bodies of the area `protobuf` anew; needs Go. */
  readonly protobuf?: boolean;
  /** Prints everything that differs in the cases with this text. */
  readonly show?: string;
}

/** Runs what was asked; returns the exit code: 1 where something differs that is not known to. */
export async function runCommand(options: CommandOptions): Promise<number> {
  if (options.sessions) {
    const { recordSessions } = await import('./recorder/sessions.ts');
    await recordSessions((line) => process.stdout.write(`${line}\n`));
    return 0;
  }
  if (options.protobuf) {
    await encodeProtobufBodies(await builtinTypes());
    return 0;
  }
  const scripts = await loadSuite(options.only);
  if (options.record) return record(scripts, options.only.length === 0);
  const real = options.against === 'real' ? await answersOfReal(scripts) : answersOf(scripts, await readRecording());
  const embedded = await (options.engine === 'real'
    ? answersOfReal(scripts)
    : withEngine(startEmbedded, (engine) =>
        runSuite(engine, scripts, { maxWaitMs: EMBEDDED_WAIT_MS, onScript: tellSlow }),
      ));
  const results = compareRuns(scripts, real, embedded);
  process.stdout.write(summary(results, options.show));
  if (options.causes !== undefined) await writeFile(options.causes, causesReport(results));
  const isWhole = options.only.length === 0;
  if (options.ratchet) await writeKnown(ratchet(results, await readKnown(), isWhole));
  const known = await readKnown();
  if (options.docs && isWhole) await writeFile(DOCUMENT, fidelityDocument(results, known));
  return report(checkKnown(results, known), isWhole);
}

function report({ unexpected, stale }: KnownCheck, isWhole: boolean): number {
  const lines = unexpected.map(({ id }) => `different, and not in known-differences.yaml: ${id}`);
  if (isWhole) lines.push(...stale.map((id) => `in known-differences.yaml, but equal or gone: ${id}`));
  const more = lines.length > LINES ? [`... and ${lines.length - LINES} more`] : [];
  process.stdout.write([...lines.slice(0, LINES), ...more, ''].join('\n'));
  return lines.length === 0 ? 0 : 1;
}

async function record(scripts: readonly Script[], isWhole: boolean): Promise<number> {
  const began = Date.now();
  const answers = await answersOfReal(scripts);
  const fresh = scripts.map((script): [string, RecordedRun] => [
    script.name,
    {
      asked: fingerprint(script),
      answers: (answers.get(script.name) ?? []).map((answer) => answer ?? null),
    },
  ]);
  const kept = isWhole ? [] : [...(await readRecording())];
  await writeRecording(new Map([...kept, ...fresh]));
  process.stdout.write(`recorded ${scripts.length} scripts in ${Math.round((Date.now() - began) / 1000)} s\n`);
  return 0;
}

async function answersOfReal(scripts: readonly Script[]): Promise<Answers> {
  const { startReal } = await import('./run/real-engine.ts');
  return withEngine(startReal, (engine) => runSuite(engine, scripts, { onScript: tellSlow }));
}

function tellSlow({ name }: Script, ms: number): void {
  if (ms > SLOW_MS) process.stderr.write(`${name} took ${ms} ms\n`);
}

/** The recorded answers of scripts; none for a script that has changed since. */
export function answersOf(scripts: readonly Script[], recording: Recording): Answers {
  return new Map(
    scripts.flatMap((script) => {
      const run = recording.get(script.name);
      if (run?.asked !== fingerprint(script)) return [];
      return [[script.name, run.answers.map((answer) => answer ?? undefined)]];
    }),
  );
}

/** Runs something with an engine and stops it whatever happens. */
export async function withEngine<T>(start: () => Promise<Engine>, use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await start();
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}
