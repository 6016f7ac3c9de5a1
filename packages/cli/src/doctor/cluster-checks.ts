import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { formatDuration } from '../lib/duration.ts';
import { count, enumerate } from '../lib/words.ts';
import type { CenterFact, DoctorFacts } from './facts.ts';
import type { Finding, Reading } from './finding.ts';

/** What a center offered longer ago than this is worth a look. */
const STALE_MS = 7 * 24 * 3_600_000;
/** More than these are counted, not named. */
const FEW = 4;

/** Whether the cluster can be reached, and what it is. */
export function clusterFindings({ cluster, context }: DoctorFacts): Finding[] {
  if ('value' in cluster) {
    const { version, ms } = cluster.value;
    const message = `Kubernetes ${version.replace(/^v/, '')}, reachable in ${Math.round(ms)} ms (context ${context})`;
    return [{ id: 'cluster', level: 'ok', area: 'cluster', message }];
  }
  const { reason, hint } = cluster;
  return [
    {
      id: 'cluster-unreachable',
      level: 'fail',
      area: 'cluster',
      message: reason,
      ...(hint === undefined ? {} : { cause: hint }),
      fix: { command: context === 'sandbox' ? 'capstan sandbox start' : 'kubectl cluster-info' },
    },
  ];
}

/** Parts of the API that do not answer: they hold up the deletion of namespaces and hide kinds. */
export function apiFindings({ apis }: DoctorFacts): Finding[] {
  if (!('value' in apis)) return [unread('apis-unread', 'apis', 'what the API server offers', apis)];
  return apis.value.map(({ groupVersion, reason }) => {
    const [group = '', version = ''] = groupVersion.split('/');
    return {
      id: 'api-silent',
      level: 'fail',
      area: 'apis',
      message: `${groupVersion} does not answer: ${reason}`,
      cause: 'another server is registered for it; while it is silent, namespaces cannot be deleted',
      fix: { command: `kubectl get apiservice ${version}.${group}` },
    } as const;
  });
}

/** What the caller may do, and who can help with what not. */
export function rightFindings({ rights }: DoctorFacts, pre: boolean): Finding[] {
  if (!('value' in rights)) return [unread('rights-unread', 'rights', 'what you may do', rights)];
  const may = rights.value.filter(({ allowed }) => allowed).map(({ what }) => what);
  const not = rights.value.filter(({ allowed }) => !allowed);
  if (not.length === 0) return [{ id: 'rights', level: 'ok', area: 'rights', message: `may ${enumerate(may)}` }];
  const roles = [...new Set(not.map(({ role }) => role))];
  const message = `may not ${enumerate(
    not.map(({ what }) => what),
    'or',
  )}`;
  return [
    ...(may.length > 0
      ? [{ id: 'rights', level: 'ok', area: 'rights', message: `may ${enumerate(may)}` } as const]
      : []),
    {
      id: 'rights-missing',
      level: pre ? 'fail' : 'warn',
      area: 'rights',
      message,
      cause: `${enumerate(roles.map((role) => (role === 'administrator' ? "Kubernetes' role cluster-admin" : `the role ${role}`)))} has these rights`,
      fix: { command: 'kubectl auth can-i --list' },
    },
  ];
}

/** The program that installs charts. */
export function helmFindings({ helm }: DoctorFacts): Finding[] {
  if ('value' in helm) return [];
  const { reason, hint } = helm;
  return [
    {
      id: 'helm-missing',
      level: 'fail',
      area: 'helm',
      message: reason,
      ...(hint === undefined ? {} : { cause: hint }),
      fix: { command: 'helm version' },
    },
  ];
}

/** Capstan's own kinds, roles and namespace. */
export function systemFindings({ system }: DoctorFacts, pre: boolean): Finding[] {
  if (!('value' in system)) return [unread('kinds-unread', 'kinds', "Capstan's kinds", system)];
  const { installed, version, manifests } = system.value;
  if (installed) return [{ id: 'kinds', level: 'ok', area: 'kinds', message: `Capstan ${version} is installed` }];
  const foreign = manifests.filter(({ state }) => state === 'foreign').map(({ reference }) => reference.name);
  if (foreign.length > 0) {
    return [
      {
        id: 'kinds-foreign',
        level: 'fail',
        area: 'kinds',
        message: `${named(foreign)} ${foreign.length === 1 ? 'belongs' : 'belong'} to somebody else`,
        cause: 'another runtime for OAM, or an older way of installing this one, made them',
        fix: { command: `kubectl get crd ${foreign[0]} --show-managed-fields -o yaml` },
      },
    ];
  }
  if (version === undefined) {
    const level = pre ? 'ok' : 'fail';
    const message = pre ? 'Capstan is not installed, and nothing is in its way' : 'Capstan is not installed';
    return [
      { id: 'kinds-absent', level, area: 'kinds', message, fix: { command: 'capstan system install', safe: true } },
    ];
  }
  const wrong = manifests.filter(({ state }) => state === 'missing' || state === 'outdated');
  const missing = wrong.filter(({ state }) => state === 'missing').map(({ reference }) => reference.name);
  return [
    {
      id: missing.length > 0 ? 'kinds-missing' : 'kinds-outdated',
      level: 'fail',
      area: 'kinds',
      message:
        missing.length > 0
          ? `${named(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`
          : `${named(wrong.map(({ reference }) => reference.name))} differ from this version`,
      cause:
        missing.length > 0
          ? 'somebody deleted what belongs to Capstan'
          : 'another version of Capstan wrote them, or somebody changed them',
      fix: { command: 'capstan system install', safe: true },
    },
  ];
}

/** Whether an operator works: without one applications lie there, and health is not looked after. */
export function operatorFindings({ system, sandbox }: DoctorFacts): Finding[] {
  if (!('value' in system) || system.value.version === undefined) return [];
  const { operator, plugins } = system.value;
  const unloaded = plugins.filter(({ loaded }) => !loaded);
  const found: Finding[] = unloaded.map(({ name, message }) => ({
    id: 'plugin-unloaded',
    level: 'fail',
    area: name,
    message: `its plugin does not work: ${message}`,
    cause: 'applications that use its types are not brought about',
    fix: { command: `capstan cap status ${name}` },
  }));
  if (operator.running)
    return [{ id: 'operator', level: 'ok', area: 'operator', message: `runs as ${operator.holder}` }, ...found];
  return [
    {
      id: 'operator-silent',
      level: 'fail',
      area: 'operator',
      message: operator.holder === undefined ? 'no operator runs' : `${operator.holder} holds the Lease no longer`,
      cause: 'applications are not brought about, and the health of capabilities is not looked after',
      fix: { command: sandbox ? 'capstan sandbox start' : 'capstan system run', safe: sandbox },
    },
    ...found,
  ];
}

/** The centers: which can be read, and how old what they offered is. */
export function centerFindings({ centers }: DoctorFacts): Finding[] {
  if (!('value' in centers)) {
    const { reason, hint, forbidden } = centers;
    if (forbidden) return [unread('centers-unread', 'centers', 'the records of the centers', centers)];
    const record = /capstan-center-[a-z0-9-]+/.exec(reason)?.[0];
    const command = record ? `kubectl delete secret ${record} -n ${SYSTEM_NAMESPACE}` : 'capstan center list';
    const cause = hint === undefined ? {} : { cause: hint };
    return [{ id: 'center-damaged', level: 'fail', area: 'centers', message: reason, ...cause, fix: { command } }];
  }
  return centers.value.map(centerFinding);
}

function centerFinding({ record, source, warning }: CenterFact): Finding {
  const area = `center ${record.name}`;
  const sync = { command: `capstan center sync ${record.name}`, safe: true };
  if (warning && !source) {
    return {
      id: 'center-unreadable',
      level: 'fail',
      area,
      message: warning.message,
      cause: `hidden: ${warning.hides}`,
      fix: { command: `capstan center list` },
    };
  }
  const age = source?.ageMs ?? 0;
  if (source?.offline !== undefined || age > STALE_MS) {
    return {
      id: 'center-stale',
      level: 'warn',
      area,
      message: `last synced ${formatDuration(age)} ago`,
      cause: source?.offline ?? 'what it published since is not known here',
      fix: sync,
    };
  }
  return { id: 'center', level: 'ok', area, message: age > 60_000 ? `read ${formatDuration(age)} ago` : 'can be read' };
}

/** What could not be read for want of a right is told once, and is no failure. */
export function unread(
  id: string,
  area: string,
  what: string,
  reading: Exclude<Reading<unknown>, { value: unknown }>,
): Finding {
  const { reason, forbidden } = reading;
  return {
    id,
    level: forbidden ? 'warn' : 'fail',
    area,
    message: forbidden ? `you may not read ${what}` : `${what} cannot be read: ${reason}`,
    ...(forbidden ? { cause: reason } : reading.hint === undefined ? {} : { cause: reading.hint }),
    fix: { command: forbidden ? 'kubectl auth can-i --list' : 'capstan doctor --debug' },
  };
}

/** A few names, and how many more. */
export function named(names: readonly string[]): string {
  if (names.length <= FEW) return enumerate(names);
  return `${names.slice(0, FEW).join(', ')} and ${count(names.length - FEW, 'other')}`;
}
