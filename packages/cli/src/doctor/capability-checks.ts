import type { CapabilityReport } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import { count } from '../lib/words.ts';
import { named, unread } from './cluster-checks.ts';
import type { DefinitionFact, DoctorFacts, InstallFact, ReleaseFact } from './facts.ts';
import { type Finding, readValue } from './finding.ts';

/** Each installed capability: what was begun and not ended, what is paused, what does not work. */
export function capabilityFindings(facts: DoctorFacts): Finding[] {
  const { installs } = facts;
  if (!('value' in installs)) return [unread('capabilities-unread', 'capabilities', 'what is installed', installs)];
  return installs.value.flatMap((install) => installFindings(install, facts));
}

function installFindings(install: InstallFact, facts: DoctorFacts): Finding[] {
  const { installed, paused, report } = install;
  const { name, reason, message } = installed;
  const version = versionLabel(installed);
  if (reason === 'Interrupted') {
    return [
      {
        id: 'operation-interrupted',
        level: 'fail',
        area: name,
        message: message.replace(/; run: .*$/, ''),
        cause: 'the process that worked on it ended',
        fix: { command: `capstan cap resume ${name}`, safe: true },
      },
    ];
  }
  const standing: Finding[] = paused
    ? [{ id: 'capability-paused', level: 'ok', area: name, message: `${version}, paused: nothing changes or heals it` }]
    : [];
  if (!('value' in report)) {
    const { reason: why, hint, code } = report;
    const cause = hint === undefined ? {} : { cause: hint };
    return [
      ...standing,
      {
        id: 'capability-record',
        level: 'fail',
        area: name,
        message: `${why} [${code}]`,
        ...cause,
        fix: repair(install, facts),
      },
    ];
  }
  const { phase, summary, checks } = report.value;
  if (phase === 'Ready')
    return [...standing, { id: 'capability', level: 'ok', area: name, message: `${version} ${summary}` }];
  if (phase === 'Applying' || phase === 'Removing')
    return [{ id: 'capability', level: 'ok', area: name, message: `${version} is ${summary}` }];
  return [...standing, ...failedFindings(install, report.value, facts, checks)];
}

/** What an installation brought and what is missing of it can be put back; all else is for a person to look at. */
const REPAIRABLE = /^(?:definition|crd|release|drift)\//;

function failedFindings(
  install: InstallFact,
  { summary }: CapabilityReport,
  facts: DoctorFacts,
  checks: CapabilityReport['checks'],
): Finding[] {
  const { name } = install.installed;
  // Without an operator no plugin works anywhere: that is told once.
  const system = readValue(facts.system);
  const silent = system !== undefined && !system.operator.running;
  const failed = checks.filter(({ result, source }) => result === 'failed' && !(silent && source === 'plugin'));
  if (failed.length === 0 && silent && checks.some(({ source, result }) => source === 'plugin' && result === 'failed'))
    return [
      {
        id: 'capability',
        level: 'ok',
        area: name,
        message: `${versionLabel(install.installed)}, but no operator runs its plugin`,
      },
    ];
  if (failed.length === 0)
    return [
      {
        id: 'capability-degraded',
        level: 'fail',
        area: name,
        message: summary,
        fix: { command: `capstan cap status ${name}` },
      },
    ];
  const repairable = failed.some(({ source }) => REPAIRABLE.test(source));
  return failed.map(({ source, message, meaning, level }) => ({
    id: REPAIRABLE.test(source) ? 'capability-damaged' : 'capability-degraded',
    level: level === 'degraded' ? 'warn' : 'fail',
    area: name,
    message: message ?? `${source} failed`,
    ...(meaning === undefined ? {} : { cause: meaning }),
    fix: repairable && !install.paused ? repair(install, facts) : { command: `capstan cap status ${name}` },
  }));
}

/** Installing what is installed puts back what is missing; what others need is repaired with one of them. */
function repair(install: InstallFact, { installs }: DoctorFacts): { command: string; safe: boolean } {
  const goal = install.installed.goal ? install : goalAbove(install.installed.name, readValue(installs) ?? []);
  if (!goal) return { command: `capstan cap status ${install.installed.name}`, safe: false };
  const { installed, range } = goal;
  return { command: `capstan cap install ${installed.name}${range === '*' ? '' : `@${range}`}`, safe: true };
}

function goalAbove(name: string, installs: readonly InstallFact[]): InstallFact | undefined {
  const above = new Set([name]);
  for (const at of above) {
    for (const each of installs) {
      if (!each.requires.includes(at)) continue;
      if (each.installed.goal) return each;
      above.add(each.installed.name);
    }
  }
  return undefined;
}

/** Helm releases that Helm never finished: no Helm operation on them works until that is mended. */
export function releaseFindings({ releases, installs, lease }: DoctorFacts): Finding[] {
  if (!('value' in releases)) return [unread('releases-unread', 'helm', 'the Helm releases', releases)];
  const busy = readValue(lease)?.alive === true;
  const interrupted = new Set(
    (readValue(installs) ?? [])
      .filter(({ installed }) => installed.reason === 'Interrupted')
      .map(({ installed }) => installed.name),
  );
  return releases.value
    .filter((release) => !(busy && release.package !== undefined))
    .map((release) => releaseFinding(release, interrupted));
}

function releaseFinding(
  { name, namespace, status, revision, package: owner }: ReleaseFact,
  interrupted: ReadonlySet<string>,
): Finding {
  const where = `Helm release ${namespace}/${name}`;
  const cause =
    status === 'failed' ? 'its last change failed' : 'the Helm that worked on it ended; Helm refuses to touch it now';
  if (owner === undefined) {
    const back = `helm rollback ${name} ${Math.max(1, revision - 1)} -n ${namespace}`;
    return {
      id: 'helm-pending',
      level: 'warn',
      area: `release ${namespace}/${name}`,
      message: `${where} is ${status}; Capstan did not make it`,
      cause,
      fix: { command: revision > 1 ? back : `helm uninstall ${name} -n ${namespace}` },
    };
  }
  const command = interrupted.has(owner) ? `capstan cap resume ${owner}` : `capstan cap install ${owner}`;
  return {
    id: 'helm-pending',
    level: 'fail',
    area: owner,
    message: `${where} is ${status}`,
    cause,
    fix: { command, safe: true },
  };
}

/** What somebody installed by hand and a center offers too. */
export function unmanagedFindings({ unmanaged }: DoctorFacts): Finding[] {
  return (readValue(unmanaged) ?? []).map(({ package: name, version, offered, evidence, adoptable, obstacle }) => {
    const known = offered ?? version;
    const take = `capstan cap install ${name}${known === undefined ? '' : `@${known}`} --adopt --plan`;
    const why = evidence.slice(0, 2).join('; ');
    return {
      id: 'unmanaged',
      level: 'warn',
      area: name,
      message: `${name}${known === undefined ? '' : ` ${known}`} is installed, but not by Capstan`,
      cause: adoptable ? why : (obstacle ?? why),
      fix: { command: adoptable ? take : `capstan cap show ${name}` },
    };
  });
}

/** Definitions that no application can use: their kind is not served, or nobody would bring it about. */
export function definitionFindings(facts: DoctorFacts): Finding[] {
  const { definitions } = facts;
  if (!('value' in definitions)) return [unread('definitions-unread', 'types', 'the Definitions', definitions)];
  const installed = new Map((readValue(facts.installs) ?? []).map((install) => [install.installed.name, install]));
  const broken = definitions.value.flatMap((definition) => definitionFinding(definition, installed, facts));
  if (broken.length > 0) return broken;
  return [
    {
      id: 'types',
      level: 'ok',
      area: 'types',
      message: `${count(definitions.value.length, 'Definition')}, all of them served`,
    },
  ];
}

function definitionFinding(
  { name, role, package: owner, crd, served }: DefinitionFact,
  installed: ReadonlyMap<string, InstallFact>,
  facts: DoctorFacts,
): Finding[] {
  const install = owner === undefined ? undefined : installed.get(owner);
  const kind = `${role[0]?.toUpperCase()}${role.slice(1)}Definition`;
  if (owner !== undefined && owner !== 'capstan' && !install && 'value' in facts.installs) {
    return [
      {
        id: 'definition-orphan',
        level: 'fail',
        area: owner,
        message: `${kind} ${name} is there without its capability`,
        cause: `${owner} is not installed, so nothing brings ${role}s of this kind about`,
        fix: { command: `capstan cap install ${owner}`, safe: false },
      },
    ];
  }
  if (served) return [];
  const fix = install
    ? repair(install, facts)
    : owner === 'capstan'
      ? { command: 'capstan system install', safe: true }
      : { command: `kubectl get crd ${crd}` };
  return [
    {
      id: 'definition-unserved',
      level: 'fail',
      area: owner ?? 'types',
      message: `${kind} ${name} registers a kind that the cluster does not serve`,
      cause: `the CRD ${crd} is missing or not established`,
      fix,
    },
  ];
}

/** CRDs that are stuck, or that still hold objects in versions they will lose: the next upgrade would be refused. */
export function crdFindings({ crds }: DoctorFacts): Finding[] {
  if (!('value' in crds)) return [unread('crds-unread', 'crds', 'the CRDs', crds)];
  return crds.value.flatMap(({ name, package: owner, storage, stored, deleting }): Finding[] => {
    if (deleting) {
      return [
        {
          id: 'crd-deleting',
          level: 'fail',
          area: owner,
          message: `the CRD ${name} is being deleted and waits for its objects`,
          cause: 'objects with finalizers that nobody takes away hold it up',
          fix: { command: `kubectl get ${name} -A` },
        },
      ];
    }
    const old = stored.filter((version) => version !== storage);
    if (old.length === 0) return [];
    return [
      {
        id: 'crd-stored-versions',
        level: 'warn',
        area: owner,
        message: `the CRD ${name} may hold objects in ${named(old)}; it stores ${storage} now`,
        cause: 'an upgrade that drops the old version would be refused',
        fix: { command: rewriteCommand(name, storage) },
      },
    ];
  });
}

/** Writing every object again stores it in the storage version; then the CRD need not remember the former ones. */
function rewriteCommand(crd: string, storage: string): string {
  const status = JSON.stringify({ status: { storedVersions: [storage] } });
  return `kubectl get ${crd} -A -o json | kubectl replace -f - && kubectl patch crd ${crd} --subresource=status --type=merge -p '${status}'`;
}
