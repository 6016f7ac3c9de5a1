import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { CapstanError, EXIT } from '@capstan/base';
import { callArguments, chartArguments, chartName } from './arguments.ts';
import type { CallOptions, HelmBinary, HelmOptions } from './call-types.ts';
import type { ChartReference, ChartValues } from './chart-types.ts';
import { HELM_CODES } from './codes.ts';
import type { CallSubject } from './failure-rules.ts';
import { helmMessage, readFailure, timedOut } from './failures.ts';
import { type ProcessResult, runProcess } from './process.ts';

/** Helm gets this long to report its own timeout before it is stopped. */
const GRACE_MS = 10_000;

/** The largest charts render to about 5 MiB; a release is at most a few times that as JSON. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A variable environment, as `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where Capstan keeps what it can fetch or unpack again. */
export function defaultCacheDirectory(env: Environment): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] ?? homedir(), '.cache'), 'capstan');
}

/** The directory of Helm's own files. */
export function helmHome(cacheDirectory: string): string {
  return join(cacheDirectory, 'helm-home');
}

const absolutePaths = (list: string): string =>
  list
    .split(delimiter)
    .map((path) => (path === '' ? path : resolve(path)))
    .join(delimiter);

/** Helm ends before its garbage would matter: collecting it only above this limit saves an eighth of the processor time. */
const LITTLE_GARBAGE = { GOGC: 'off', GOMEMLIMIT: '256MiB' } as const;

/** The environment Helm runs in: the given one without its `HELM_*`, a home of our own, the chosen cluster. */
export function helmEnvironment(env: Environment, cacheDirectory: string, options: HelmOptions): Environment {
  const home = helmHome(cacheDirectory);
  const kubeconfig = options.kubeconfig ?? env['KUBECONFIG'];
  return {
    ...LITTLE_GARBAGE,
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('HELM_'))),
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    ...(kubeconfig ? { KUBECONFIG: absolutePaths(kubeconfig) } : {}),
    ...(options.context === undefined ? {} : { HELM_KUBECONTEXT: options.context }),
    ...(options.asUser === undefined ? {} : { HELM_KUBEASUSER: options.asUser }),
    ...(options.asGroups?.length ? { HELM_KUBEASGROUPS: options.asGroups.join(',') } : {}),
  };
}

/** One run of Helm. */
export interface Call {
  /** `install`, `get values`, ... */
  readonly command: string;
  readonly release?: string;
  readonly chart?: ChartReference;
  /** Further positional arguments. */
  readonly operands?: readonly string[];
  readonly args?: readonly string[];
  readonly flags: CallOptions;
  readonly limitMs: number;
  readonly values?: ChartValues | undefined;
  /** Standard input where no values are sent. */
  readonly input?: string;
  /** Variables on top of the client's environment. */
  readonly env?: Environment;
  /** Exit codes whose output is an answer all the same. */
  readonly answers?: readonly number[];
}

/** Runs one Helm command and answers what it printed; every failure is a CapstanError of `HELM_CODES`. */
export type Caller = (call: Call) => Promise<string>;

/** A Caller for one binary and environment; `emptyDirectory` must exist. */
export function callerOf(binary: HelmBinary, env: Environment, emptyDirectory: string): Caller {
  return async (call) => {
    const { chart, flags } = call;
    const result = await runProcess({
      file: binary.path,
      args: argumentsOf(call),
      env: { ...env, ...call.env },
      // Helm prefers a directory of the chart's name to the repository that was asked for.
      ...(typeof chart === 'object' && chart.repository !== undefined ? { cwd: emptyDirectory } : {}),
      input: call.values === undefined ? (call.input ?? '') : JSON.stringify(call.values),
      limitMs: call.limitMs + GRACE_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      signal: flags.signal,
      onLine: flags.onOutput,
    }).catch((cause: unknown) => {
      throw new CapstanError(HELM_CODES.notFound, `${binary.path} cannot be run any more`, { cause });
    });
    if (result.stopped === undefined && answers(call, result.code)) return result.stdout;
    throw failureOf(result, subjectOf(call), call.limitMs);
  };
}

function answers(call: Call, code: number | undefined): boolean {
  return code === 0 || (code !== undefined && call.answers?.includes(code) === true);
}

function argumentsOf({ command, release, chart, operands = [], args = [], flags }: Call): string[] {
  const [chartOperand, ...chartFlags] = chart === undefined ? [] : chartArguments(chart);
  const positional = [release, ...operands, chartOperand].filter((operand) => operand !== undefined);
  // Nothing behind `--` is read as a flag, whatever a release or a chart is called.
  return [...command.split(' '), ...chartFlags, ...callArguments(flags), ...args, '--', ...positional];
}

function subjectOf({ command, release, chart, flags }: Call): CallSubject {
  return {
    command,
    ...(release === undefined ? {} : { release }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(chart === undefined ? {} : { chart: chartName(chart) }),
  };
}

function failureOf(result: ProcessResult, subject: CallSubject, limitMs: number): CapstanError {
  if (result.stopped === 'timed-out') return timedOut(helmMessage(result.stderr), subject, limitMs);
  const { command, ...fields } = subject;
  if (result.stopped === 'cancelled') {
    return new CapstanError(HELM_CODES.cancelled, `helm ${command} was cancelled`, {
      hint: 'What it had done stays; a release that it was writing is recorded as failed or pending.',
      fields,
      exit: EXIT.interrupted,
    });
  }
  if (result.stopped === 'too-much-output') {
    const limit = `${MAX_OUTPUT_BYTES / 1024 / 1024} MiB`;
    return new CapstanError(HELM_CODES.outputTooLarge, `helm ${command} printed more than ${limit}`, { fields });
  }
  return readFailure(result.stderr, subject);
}
