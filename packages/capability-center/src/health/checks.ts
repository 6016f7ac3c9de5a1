import { describeObject, referenceTo } from '@capstan/base';
import { INSTALL_CONDITIONS, type ProbeResult } from '@capstan/capability-model';
import { conditionsOf, findCondition } from '@capstan/kube';
import { packageOf } from '../installer/labels.ts';
import type { Drift } from './drift.ts';
import { type HealthFacts, keyOf } from './facts.ts';
import { evaluateProbe } from './probes.ts';
import { RECORD_MISSING } from './record-missing.ts';
import { crdReference, type HealthSubject } from './subject.ts';

/** One thing that was looked at. */
export interface CapabilityCheck {
  /** `record`, `definition/autoscales...`, `crd/NAME`, `plugin`, `release/keda`, `probe/operator`, `dependency/NAME`, `drift/OBJECT`. */
  readonly source: string;
  readonly result: ProbeResult;
  /** With `failed`: CamelCase and stable. */
  readonly reason?: string;
  readonly message?: string;
  /** What does not work while it fails. */
  readonly meaning?: string;
  /** `degraded`: it lowers the health, but the capability can be used. Absent: it cannot. */
  readonly level?: 'degraded';
  /** It will soon be known better. */
  readonly settling?: true;
}

/** Everything that an installed package consists of, looked at. Pure: the same facts give the same checks. */
export function checksOf(subject: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  return [
    ...recordChecks(subject, facts),
    ...definitionChecks(subject, facts),
    ...crdChecks(subject, facts),
    ...releaseChecks(subject, facts),
    ...probeChecks(subject, facts),
    ...dependencyChecks(subject, facts),
    ...pluginChecks(subject, facts),
    ...driftChecks(subject, facts),
  ];
}

/** Without its record a package is not watched, its plugin is off, and it is not offered to anybody. */
function recordChecks({ name }: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  return facts.install(name) ? [] : [failed('record', RECORD_MISSING.reason, RECORD_MISSING.message)];
}

function definitionChecks({ name, definitions }: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  return definitions.map((definition) => {
    const live = facts.object(referenceTo(definition));
    const source = `definition/${definition.metadata.name}`;
    const what = `the Definition ${definition.metadata.name}`;
    if (!live) return failed(source, 'DefinitionMissing', `${what} is missing`);
    if (packageOf(live) === name) return { source, result: 'ok' };
    return failed(source, 'DefinitionForeign', `${what} belongs to somebody else`);
  });
}

function crdChecks({ crds, runtimeCrds }: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  return crds.map((name) => {
    const source = `crd/${name}`;
    const live = facts.object(crdReference(name));
    if (!live && facts.pods.simulated && runtimeCrds.includes(name)) {
      return {
        source,
        result: 'unverifiable',
        message: `the CRD ${name} is made by a program, and pods are simulated`,
      };
    }
    if (!live) return failed(source, 'CrdMissing', `the CRD ${name} is missing`);
    const established = findCondition(conditionsOf(live), 'Established');
    if (established?.status === 'True') return { source, result: 'ok' };
    return failed(source, 'CrdNotEstablished', `the CRD ${name} is not served: ${established?.message ?? 'not yet'}`);
  });
}

function releaseChecks({ releases }: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  return releases.map(({ release, namespace }) => {
    const source = `release/${release}`;
    const state = facts.release(release, namespace);
    const what = `the Helm release ${namespace}/${release}`;
    if (state?.status === 'deployed') return { source, result: 'ok' };
    if (state) return failed(source, 'ReleaseNotDeployed', `${what} is ${state.status}`);
    return failed(source, 'ReleaseMissing', `${what} is gone`);
  });
}

function probeChecks({ probes }: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  return probes.map((probe) => {
    const { result, message, settling } = evaluateProbe(probe, facts.object(probe.target), facts.pods);
    const reason = probe.level === 'blocking' ? 'ProbeFailed' : 'ChecksFail';
    return {
      source: `probe/${probe.id}`,
      result,
      ...(result === 'failed' ? { reason } : {}),
      ...(message === undefined ? {} : { message }),
      ...(probe.meaning === undefined ? {} : { meaning: probe.meaning }),
      ...(probe.level === 'degraded' ? { level: 'degraded' } : {}),
      ...(settling ? { settling } : {}),
    };
  });
}

function dependencyChecks({ requires }: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  return requires.map((needed) => {
    const source = `dependency/${needed}`;
    const install = facts.install(needed);
    const ready = install && findCondition(conditionsOf(install), INSTALL_CONDITIONS.ready);
    if (ready?.status === 'True') return { source, result: 'ok' };
    const what = `${needed}, which it needs,`;
    if (install?.status?.phase === 'Applying') {
      return { source, result: 'unverifiable', message: `${what} is being changed: ${ready?.message ?? ''}` };
    }
    // What helps there is told there.
    const why = ready?.message.replace(/\. Next: .*$/s, '') ?? 'it is not installed';
    return failed(source, 'DependencyNotReady', `${what} is not ready: ${why}`);
  });
}

/** What the plugin's condition says before the operator had the time to act on an installation. */
const NOT_YET = ['InstallNotReady', 'Waiting'];

function pluginChecks({ name, metadata }: HealthSubject, facts: HealthFacts): CapabilityCheck[] {
  if (!metadata.plugin) return [];
  const source = 'plugin';
  const meaning = 'applications with its traits are not reconciled';
  if (!facts.operatorRuns) return [{ ...failed(source, 'OperatorNotRunning', 'no operator is running'), meaning }];
  const install = facts.install(name);
  const loaded = install && findCondition(conditionsOf(install), INSTALL_CONDITIONS.pluginLoaded);
  if (loaded?.status === 'True') return [{ source, result: 'ok' }];
  if (!loaded || NOT_YET.includes(loaded.reason)) {
    return [{ source, result: 'unverifiable', message: 'the operator has not switched it on yet', meaning }];
  }
  return [{ ...failed(source, 'PluginNotLoaded', `${loaded.reason}: ${loaded.message}`), meaning }];
}

function driftChecks({ probes, definitions }: HealthSubject, { drift }: HealthFacts): CapabilityCheck[] {
  const told = new Set([...probes.map(({ target }) => target), ...definitions.map(referenceTo)].map(keyOf));
  // What was changed works as somebody wanted it to: worth a word in the summary, but no lack of health.
  return drift
    .filter(({ kind, object }) => kind === 'missing' && !told.has(keyOf(object)))
    .map((one) => failed(`drift/${describeObject(one.object)}`, 'Drifted', describeDrift(one)));
}

/** One drift in words; names of fields, never values. */
export function describeDrift({ object, kind, fields, managers }: Drift): string {
  if (kind === 'missing') return `${describeObject(object)} was deleted`;
  const more = fields.length > 3 ? ` and ${fields.length - 3} more` : '';
  const by = managers.length > 0 ? ` by ${managers.join(', ')}` : '';
  return `${describeObject(object)} was changed${by}: ${fields.slice(0, 3).join(', ')}${more}`;
}

function failed(source: string, reason: string, message: string): CapabilityCheck {
  return { source, result: 'failed', reason, message };
}
