import { CapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import {
  type CrdVersion,
  convertsByWebhook,
  diffCrds,
  specOf,
  storedVersionsOf,
  versionsOf,
} from './crd-diff/diff-crds.ts';
import { type InstanceCollector, instanceCollector } from './crd-diff/instance-check.ts';
import { reviewCrd } from './crd-diff/review.ts';
import { isMap } from './crd-diff/schema-node.ts';
import type { CrdFinding, CrdReview, InstanceCheck, StorageMigration } from './crd-diff/types.ts';
import { eachInstance } from './instances.ts';
import type { PlanBlocker } from './types.ts';

/** A CRD that is going to change. */
export interface CrdChange {
  readonly live: KubernetesObject;
  readonly wanted: KubernetesObject;
  /** Services that the plan brings: `namespace/name`. */
  readonly plannedServices: ReadonlySet<string>;
}

/** What a change of a CRD means for the objects that are stored. */
export interface CrdChangeVerdict {
  readonly review: CrdReview;
  readonly migrate?: StorageMigration;
  readonly blocker?: PlanBlocker;
}

/**
 * Judges the change of a CRD by the static rules and by every stored object, read page by page. It decides whether
 * stored objects must be rewritten, and refuses what would lose data or what nobody can judge.
 */
export async function judgeCrdChange(client: KubeClient, change: CrdChange): Promise<CrdChangeVerdict> {
  const { live, wanted } = change;
  const stored = storedVersionsOf(live);
  const diff = diffCrds(live, wanted, stored);
  const doubtful = diff.schemaChanged || diff.findings.some(({ severity }) => severity === 'unsafe');
  const instances = doubtful ? await checkInstances(client, change) : undefined;
  const migration = await migrationOf(client, change, stored);
  const found = { ...diff, findings: [...(await conversionFindings(client, change)), ...diff.findings] };
  const findings = found.findings.map((one) => softened(one, migration.migrate));
  const review = reviewCrd({ ...found, findings }, stored, instances);
  const blocker = review.verdict === 'blocked' ? unsafeBlocker(wanted, review) : undefined;
  return { review, ...migration, ...(blocker ? { blocker } : {}) };
}

/** A stored version that goes is no obstacle where the objects are rewritten before. */
function softened(finding: CrdFinding, migrate: StorageMigration | undefined): CrdFinding {
  const moved = finding.rule === 'stored-version-removed' && migrate?.when === 'before';
  return moved ? { ...finding, severity: 'notice', message: `${finding.message} They are rewritten before.` } : finding;
}

/** Pairs of schemas that objects are checked against, by the version in which they are read. */
interface SchemaCheck {
  readonly read: string;
  readonly before: CrdVersion;
  readonly after: CrdVersion;
}

async function checkInstances(client: KubeClient, { live, wanted }: CrdChange): Promise<InstanceCheck> {
  const checks = schemaChecks(live, wanted);
  const results: InstanceCheck[] = [];
  for (const read of new Set(checks.map((check) => check.read))) {
    const collectors = checks
      .filter((check) => check.read === read)
      .map(({ before, after }) => instanceCollector(before.schema, after.schema, after.name));
    results.push(...(await collect(client, live, read, collectors)));
  }
  return merged(results);
}

function schemaChecks(live: KubernetesObject, wanted: KubernetesObject): SchemaCheck[] {
  const [was, is] = [versionsOf(live), versionsOf(wanted)];
  const served = was.filter((version) => version.served);
  const same = served.flatMap((before) => {
    const after = is.find(({ name }) => name === before.name);
    return after ? [{ read: before.name, before, after }] : [];
  });
  const [from, to] = [was.find(({ storage }) => storage), is.find(({ storage }) => storage)];
  const moves = from && to && from.name !== to.name && !convertsByWebhook(wanted) && from.served;
  return moves ? [...same, { read: from.name, before: from, after: to }] : same;
}

async function collect(
  client: KubeClient,
  live: KubernetesObject,
  version: string,
  collectors: readonly InstanceCollector[],
): Promise<InstanceCheck[]> {
  let incomplete: string | undefined;
  try {
    await eachInstance(client, resourceOf(live, version), (object) => {
      for (const collector of collectors) collector.add(object);
    });
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    incomplete = `Not every object could be read: ${messageOf(error)}`;
  }
  return collectors.map((collector) => collector.result(incomplete));
}

function merged(results: readonly InstanceCheck[]): InstanceCheck {
  const offenders = results.flatMap((result) => result.offenders);
  const incomplete = [...new Set(results.flatMap((result) => result.incomplete ?? []))].join(' ');
  return {
    checked: Math.max(0, ...results.map(({ checked }) => checked)),
    invalid: results.reduce((sum, { invalid }) => sum + invalid, 0),
    invalidBefore: Math.max(0, ...results.map(({ invalidBefore }) => invalidBefore)),
    offenders: offenders.slice(0, 20),
    ...(incomplete === '' ? {} : { incomplete }),
  };
}

function resourceOf(crd: KubernetesObject, version: string) {
  const { group, names } = specOf(crd);
  return { group: String(group), version, plural: isMap(names) ? String(names['plural']) : '' };
}

/** Whether stored objects must be rewritten, and when. */
async function migrationOf(
  client: KubeClient,
  { live, wanted }: CrdChange,
  stored: readonly string[],
): Promise<Pick<CrdChangeVerdict, 'migrate'>> {
  const [was, is] = [live, wanted].map((crd) => versionsOf(crd).find(({ storage }) => storage)?.name ?? '');
  const lost = stored.filter((version) => !versionsOf(wanted).some(({ name }) => name === version));
  const before = lost.length > 0 && was !== undefined && !lost.includes(was);
  const to = before ? was : is;
  const from = before ? lost : stored.filter((version) => version !== to);
  if (to === undefined || from.length === 0 || (!before && was === is)) return {};
  let instances = 0;
  await eachInstance(client, resourceOf(live, was ?? ''), () => {
    instances += 1;
  });
  return { migrate: { from, to, when: before ? 'before' : 'after', instances } };
}

/** A conversion webhook must be there before objects are read through it. */
async function conversionFindings(
  client: KubeClient,
  { live, wanted, plannedServices }: CrdChange,
): Promise<CrdFinding[]> {
  if (!convertsByWebhook(wanted)) return [];
  const service = serviceOf(wanted);
  if (!service) return [];
  const name = `${service.namespace}/${service.name}`;
  const there = await client.get({ apiVersion: 'v1', kind: 'Service', ...service });
  if (there) return [];
  const message = `Versions are converted by the Service ${name}, which is not there.`;
  const fresh = plannedServices.has(name) && !convertsByWebhook(live) && versionsOf(live).length === 1;
  return [
    fresh
      ? { rule: 'conversion-changed', severity: 'notice', message: `${message} The plan brings it.` }
      : { rule: 'conversion-missing', severity: 'blocking', message },
  ];
}

function serviceOf(crd: KubernetesObject): { readonly namespace: string; readonly name: string } | undefined {
  const conversion = specOf(crd)['conversion'];
  const webhook = isMap(conversion) ? conversion['webhook'] : undefined;
  const config = isMap(webhook) ? webhook['clientConfig'] : undefined;
  const service = isMap(config) ? config['service'] : undefined;
  if (!isMap(service)) return undefined;
  return { namespace: String(service['namespace']), name: String(service['name']) };
}

function unsafeBlocker(wanted: KubernetesObject, { findings, instances }: CrdReview): PlanBlocker {
  const { name } = wanted.metadata;
  const object = { apiVersion: wanted.apiVersion, kind: wanted.kind, name };
  const blocking = findings.find(({ severity }) => severity === 'blocking');
  if (blocking) {
    const hint =
      blocking.rule === 'stored-version-removed'
        ? 'Go through a version of the package that has both, or migrate the stored objects first.'
        : 'A CRD cannot change in this way: the package must be removed with its CRDs and installed again, or another version taken.';
    return {
      code: INSTALLER_CODES.crdConflict,
      message: `The CRD ${name} cannot become what the package brings. ${blocking.message}`,
      hint,
      object,
    };
  }
  if (instances && instances.invalid > 0) {
    const some = instances.offenders
      .slice(0, 3)
      .map((one) => `${one.namespace ? `${one.namespace}/` : ''}${one.name} (${one.problems[0] ?? ''})`);
    return {
      code: INSTALLER_CODES.crdUnsafe,
      message: `${instances.invalid} of ${instances.checked} stored objects do not fit the new CRD ${name}: ${some.join('; ')}.`,
      hint: 'Correct or delete these objects, then plan again. The whole list is in the plan: -o yaml.',
      object,
    };
  }
  const [unsafe] = findings.filter(({ severity }) => severity === 'unsafe');
  return {
    code: INSTALLER_CODES.crdUnsafe,
    message: `Nobody can tell whether stored objects fit the new CRD ${name}. ${unsafe?.message ?? ''}`,
    hint: instances?.incomplete ?? 'The stored objects could not be checked.',
    object,
  };
}
