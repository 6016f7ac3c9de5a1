import { type CapstanErrorOptions, EXIT } from '@capstan/base';
import { HELM_CODES } from './codes.ts';
import type { BlockingObject } from './release-types.ts';

/** What a failed call was about; becomes part of the error's fields. */
export interface CallSubject {
  /** The command as a user would name it: `install`, `show chart`. */
  readonly command: string;
  readonly release?: string;
  readonly namespace?: string;
  readonly chart?: string;
}

/** What a rule makes of Helm's words. */
export interface Reading extends CapstanErrorOptions {
  readonly code: string;
  readonly summary: string;
}

/** Knows one kind of failure by Helm's words. */
export type Rule = (text: string, subject: CallSubject) => Reading | undefined;

/** The objects that Helm still waited for when its time was over. */
function blockingObjects(text: string): BlockingObject[] {
  const pattern = /resource ([^/\s]+)\/([^/\s]*)\/(\S+) (?:not ready|still exists)\. status: (\w+), message: (.*)/g;
  return [...text.matchAll(pattern)].map(([, kind = '', namespace = '', name = '', status = '', message = '']) => ({
    kind,
    ...(namespace === '' ? {} : { namespace }),
    name,
    status,
    message,
  }));
}

/** TIMED_OUT; `limit` is a phrase for the message. */
export function readTimeout(text: string, limit: string): Reading {
  const blocking = blockingObjects(text);
  const first = blocking[0];
  const what = first
    ? `${first.kind.toLowerCase()}/${first.name} is ${first.status}: ${first.message}`
    : 'the command did not end';
  return {
    code: HELM_CODES.timedOut,
    summary: `timed out${limit}: ${what}`,
    hint: first
      ? 'The release is recorded as failed; look at the object and its events, then run the command again.'
      : 'Is the cluster or the chart repository slow? A longer time limit may help.',
    fields: { blocking },
    exit: EXIT.timedOut,
  };
}

/** In the order in which they are asked. */
export const RULES: readonly Rule[] = [
  readUnauthorized,
  (text) => {
    if (!/provide credentials|\bUnauthorized\b/.test(text)) return undefined;
    return {
      code: HELM_CODES.forbidden,
      summary: 'the cluster does not accept the credentials of the kubeconfig',
      hint: 'Renew the credentials of this context.',
      exit: EXIT.forbidden,
    };
  },
  (text) => {
    if (!/kubernetes cluster unreachable|cluster reachability check failed/i.test(text)) return undefined;
    return {
      code: HELM_CODES.kubeUnreachable,
      summary: firstLine(text),
      hint: 'Is the cluster running, and is this the right kubeconfig and context?',
      exit: EXIT.unreachable,
    };
  },
  (text, subject) => {
    if (!/another operation \(install\/upgrade\/rollback\) is in progress/.test(text)) return undefined;
    return pendingReading(subject.release ?? '');
  },
  (text) => {
    const timeout = /context deadline exceeded|timed out waiting/i.test(text);
    return timeout ? readTimeout(text, '') : undefined;
  },
  readConflict,
  (text) => {
    const match = /(\S+) "([^"]+)"(?: in namespace "([^"]*)")? exists and cannot be imported/.exec(text);
    if (!match) return undefined;
    const owner = /"meta\.helm\.sh\/release-name" must equal "[^"]*": current value is "([^"]*)"/.exec(text)?.[1];
    const [, kind = '', name = '', namespace] = match;
    return {
      code: HELM_CODES.ownership,
      summary: `${kind.toLowerCase()}/${name} exists and belongs to ${owner ? `release ${owner}` : 'no Helm release'}`,
      hint: 'Remove the other owner first, or take the object over with takeOwnership.',
      fields: { object: { kind, name, ...(namespace ? { namespace } : {}) }, ...(owner ? { owner } : {}) },
      exit: EXIT.blocked,
    };
  },
  (text, subject) => {
    const revision = /release has no (\d+) version/.exec(text)?.[1];
    if (revision !== undefined) {
      const what = revision === '0' ? 'no earlier revision' : `no revision ${revision}`;
      return { code: HELM_CODES.releaseNotFound, summary: `release ${subject.release ?? ''} has ${what}` };
    }
    if (!/release: not found|has no deployed releases/.test(text)) return undefined;
    const summary = `there is no release ${subject.release ?? ''} in namespace ${subject.namespace ?? 'default'}`;
    return { code: HELM_CODES.releaseNotFound, summary };
  },
  (text, subject) => {
    if (!/cannot reuse a name that is still in use/.test(text)) return undefined;
    const hint = 'Use upgrade, or uninstall the release first.';
    return { code: HELM_CODES.nameInUse, summary: `release ${subject.release ?? ''} exists`, hint, exit: EXIT.blocked };
  },
  readForbidden,
  (text) => {
    const match = /namespaces "([^"]+)" not found/.exec(text);
    if (!match) return undefined;
    return { code: HELM_CODES.namespaceNotFound, summary: `namespace ${match[1]} does not exist` };
  },
  (text) => {
    // What Helm says of a kind without a schema where the API server has no OpenAPI v2 to look it up in.
    if (!/error validating data: the server could not find the requested resource/.test(text)) return undefined;
    return {
      code: HELM_CODES.kindUnknown,
      summary: 'the cluster does not know the kind of one of its objects',
      hint: 'The CRD of this kind must be installed first.',
    };
  },
  (text) => {
    const match = /no matches for kind "([^"]+)" in version "([^"]+)"/.exec(text);
    if (!match) return undefined;
    return {
      code: HELM_CODES.kindUnknown,
      summary: `the cluster does not know the kind ${match[1]} of ${match[2]}`,
      hint: 'The CRD of this kind must be installed first.',
      fields: { kind: match[1], apiVersion: match[2] },
    };
  },
  (text) => {
    if (!/values don't meet the specifications|failed to parse -:/.test(text)) return undefined;
    const details = text.split('\n').filter((line) => line.startsWith('- '));
    const summary = details.length > 0 ? `the values are invalid: ${details.join('; ')}` : firstLine(text);
    return { code: HELM_CODES.valuesInvalid, summary, terminal: true };
  },
  (text) => {
    if (!CHART_INVALID.test(text)) return undefined;
    return { code: HELM_CODES.chartInvalid, summary: oneLine(text), terminal: true };
  },
  (text) => {
    if (!/openpgp|keyring|provenance|failed to verify|sha256 sum does not match|signature/i.test(text))
      return undefined;
    return {
      code: HELM_CODES.verificationFailed,
      summary: `the archive is not proven to be its signer's: ${firstLine(text)}`,
      hint: 'Get the archive and its provenance file again, or add the key of a signer you trust to the keyring.',
      terminal: true,
    };
  },
  (text) => {
    const name = /no repo(?:sitory)? named "([^"]+)"|repo (\S+) not found/.exec(text);
    if (!name && !/no repositories (?:found|configured|to show)/.test(text)) return undefined;
    const which = name?.[1] ?? name?.[2];
    const summary = which === undefined ? 'no repository was added' : `there is no repository ${which}`;
    return { code: HELM_CODES.repositoryNotFound, summary, hint: 'Add it first.' };
  },
  (text, subject) => {
    if (!CHART_NOT_FOUND.test(text)) return undefined;
    return {
      code: HELM_CODES.chartNotFound,
      summary: `${subject.chart === undefined ? 'it' : `chart ${subject.chart}`} cannot be found: ${firstLine(text)}`,
      hint: 'Check the chart name, its version and that the repository can be reached.',
    };
  },
  (text) => {
    if (!/failed to create typed patch object| is invalid: |admission webhook|denied the request/.test(text)) {
      return undefined;
    }
    return { code: HELM_CODES.objectInvalid, summary: `the cluster refuses an object: ${firstLine(text)}` };
  },
];

/** Commands that talk to chart repositories and registries rather than to the cluster. */
const ABOUT_REPOSITORIES = /^(?:pull|repo |registry |show |search )/;

/** UNAUTHORIZED: it is a repository or registry, not the cluster, that refuses. */
function readUnauthorized(text: string, subject: CallSubject): Reading | undefined {
  if (!ABOUT_REPOSITORIES.test(subject.command)) return undefined;
  const refused =
    /\b40[13]\b|unauthorized|authentication required|no basic auth credentials|credential not found|denied: /i.test(
      text,
    );
  if (!refused) return undefined;
  return {
    code: HELM_CODES.unauthorized,
    summary: `the repository does not accept the credentials: ${firstLine(text)}`,
    hint: 'Check user name and password, and that they may read this chart.',
    exit: EXIT.forbidden,
  };
}

const CHART_INVALID = new RegExp(
  [
    'YAML parse error on',
    'parse error at \\(',
    'executing "',
    'execution error at',
    'error calling ',
    'cannot load ',
    'validation: chart\\.',
    'missing in charts/ directory',
    'chart requires kubeVersion',
    'not a valid chart archive',
    'does not appear to be a (?:gzipped archive|Helm chart)',
  ].join('|'),
);

const CHART_NOT_FOUND = new RegExp(
  [
    '^path "[^"]*" not found',
    'unable to detect chart',
    'not a valid chart repository',
    'chart "[^"]*" (?:version "[^"]*" |matching \\S+ )?not found',
    'no chart (?:name|version) found',
    'failed to fetch',
    '404 Not Found',
    'dial tcp',
    'no such host',
    'failed to (?:download|perform "FetchReference")',
  ].join('|'),
);

function readConflict(text: string): Reading | undefined {
  if (!/Apply failed with \d+ conflicts?/.test(text)) return undefined;
  const managers = [...text.matchAll(/conflicts? with "([^"]+)"/g)].map((match) => match[1] ?? '');
  const object = /applying object (\S+) \S*, Kind=(\S+?):/.exec(text);
  const paths = [...text.matchAll(/(?:"(?: using \S+)?: |^- )(\.\S+)/gm)].map((match) => match[1] ?? '');
  const who = managers.join(', ') || 'another manager';
  return {
    code: HELM_CODES.conflict,
    summary: `${object ? `${object[2]?.toLowerCase()}/${object[1]}` : 'an object'} is also managed by ${who}: ${paths.join(', ')}`,
    hint: `Let ${who} give up these fields, or take them over with forceConflicts.`,
    fields: { manager: managers[0], managers, paths, ...(object ? { object: object[1], kind: object[2] } : {}) },
    exit: EXIT.blocked,
  };
}

function readForbidden(text: string): Reading | undefined {
  if (!/ is forbidden: /.test(text)) return undefined;
  const match =
    /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/.exec(text);
  if (!match) return { code: HELM_CODES.forbidden, summary: firstLine(text), exit: EXIT.forbidden };
  const [, user, verb, resource, group, namespace] = match;
  const where = namespace ? `in namespace ${namespace}` : 'cluster-wide';
  return {
    code: HELM_CODES.forbidden,
    summary: `${user} may not ${verb} ${resource}${group ? `.${group}` : ''} ${where}`,
    hint: 'Ask for this right, or use a context that has it.',
    fields: { user, verb, resource, group, ...(namespace ? { onNamespace: namespace } : {}) },
    exit: EXIT.forbidden,
  };
}

/** PENDING_OPERATION: another Helm holds the release, or one that held it was killed. */
export function pendingReading(release: string): Reading {
  return {
    code: HELM_CODES.pendingOperation,
    summary: `another operation on release ${release} is in progress, or was killed before it ended`,
    hint: 'Wait for it, or uninstall the release if nothing runs any more.',
    exit: EXIT.blocked,
  };
}

/** The first line of Helm's message. */
export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function oneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}
