import { inRange, parseRange } from '@capstan/capability-model';
import { INSTALL_STEPS } from '../installer/steps.ts';
import type { CertificateReason, RollbackCertificate } from './certificate-types.ts';
import type { CrdPlan, HookPlan, PackagePlan } from './types.ts';

/** What a package's certificate is computed from. */
export interface CertificateQuestion {
  readonly package: string;
  readonly version: string;
  readonly action: PackagePlan['action'];
  /** The version in force before. */
  readonly from?: string;
  readonly upgrade: PackagePlan['metadata']['upgrade'];
  readonly crds: readonly CrdPlan[];
  /** Versions of each CRD that the version in force works with, by name of the CRD. */
  readonly earlierCrds: ReadonlyMap<string, { readonly served: readonly string[]; readonly storage: string }>;
  readonly hooks: readonly HookPlan[];
  /** Whether the content of the version in force is recorded, so that it can come back. */
  readonly recorded: boolean;
}

/**
 * Whether a package's change can be taken back, and until which step, computed before anything is done. The rules: CRDs
 * go forward only, so the version in force must find its own API versions served by the new CRDs, and objects must not be
 * stored in versions that it does not know; the metadata's `noReturn` and `rollbackTo` hold; content that is not recorded
 * cannot come back; what hooks do is not known here.
 */
export function packageCertificate(question: CertificateQuestion): RollbackCertificate {
  const { action } = question;
  if (action === 'none') return { rollback: 'possible', reasons: [] };
  if (action === 'install' || action === 'adopt') return { rollback: 'possible', reasons: [firstInstall(question)] };
  const reasons = [...recordReasons(question), ...metadataReasons(question), ...crdReasons(question)];
  return summarize([...reasons, ...hookReasons(question)]);
}

/** The weakest of the packages' certificates, with the reasons of all. */
export function planCertificate(packages: readonly PackagePlan[]): RollbackCertificate {
  return summarize(packages.flatMap(({ certificate }) => certificate.reasons));
}

function summarize(reasons: readonly CertificateReason[]): RollbackCertificate {
  const ends = reasons.filter(({ effect }) => effect === 'ends');
  if (ends.length === 0) return { rollback: 'possible', reasons };
  const first = ends.toSorted((a, b) => position(a) - position(b))[0] as CertificateReason;
  if (first.step === undefined) return { rollback: 'impossible', reasons };
  return { rollback: 'until', until: first.step, package: first.package, reasons };
}

/** Steps that are not known count as the earliest: nobody can tell when they happen. */
function position({ step }: CertificateReason): number {
  return step === undefined ? -1 : (INSTALL_STEPS as readonly string[]).indexOf(step);
}

function firstInstall(question: CertificateQuestion): CertificateReason {
  const text =
    question.action === 'adopt'
      ? `${question.package} is not changed; forgetting it again leaves the Helm release as it was.`
      : `${question.package} is not installed yet: taking it back means to remove it; its CRDs stay.`;
  return { package: question.package, code: 'first-install', effect: 'note', text };
}

function recordReasons({ package: name, from, recorded }: CertificateQuestion): CertificateReason[] {
  if (recorded || from === undefined) return [];
  const text = `The content of ${name} ${from} is not recorded in the cluster, so it cannot be put back.`;
  return [{ package: name, code: 'no-revision', effect: 'ends', text }];
}

function metadataReasons({ package: name, version, from, upgrade }: CertificateQuestion): CertificateReason[] {
  const { noReturn, rollbackTo } = upgrade;
  const reasons: CertificateReason[] = [];
  if (noReturn) {
    const step = (INSTALL_STEPS as readonly string[]).includes(noReturn.step) ? noReturn.step : 'unit';
    const text = `${name} ${version} has a point of no return: ${noReturn.reason}`;
    reasons.push({ package: name, code: 'no-return', effect: 'ends', step, text });
  }
  if (rollbackTo !== undefined && from !== undefined && !inRange(from, parseRange(rollbackTo), { prereleases: true })) {
    const text = `${name} ${version} can only go back to ${rollbackTo}, and ${from} is in force.`;
    reasons.push({ package: name, code: 'rollback-to', effect: 'ends', step: 'unit', text });
  }
  return reasons;
}

function crdReasons({ package: name, from, crds, earlierCrds }: CertificateQuestion): CertificateReason[] {
  const changed = crds.filter(({ verdict }) => verdict && verdict.findings.length + verdict.addedFields.length > 0);
  const kept = `CRDs never go back: a rollback leaves ${changed.map((crd) => crd.name).join(', ')} as the new version has ${changed.length === 1 ? 'it' : 'them'}.`;
  const note = { package: name, code: 'crd-kept', effect: 'note', step: 'crd', text: kept } as const;
  const single = crds.flatMap((crd): CertificateReason[] => {
    const before = earlierCrds.get(crd.name);
    if (!before || crd.action !== 'change') return [];
    const unserved = before.served.filter((version) => !crd.served.includes(version));
    const reasons: CertificateReason[] = [];
    if (unserved.length > 0) {
      const text = `The new CRD ${crd.name} does not serve ${unserved.join(', ')}, which ${name} ${from ?? ''} works with.`;
      reasons.push({ package: name, code: 'served-version', effect: 'ends', step: 'crd', text });
    }
    if (crd.storage !== before.storage && !before.served.includes(crd.storage)) {
      const text = `Objects of ${crd.name} are stored as ${crd.storage} from then on, which ${name} ${from ?? ''} does not know.`;
      const known = crd.served.some((version) => before.served.includes(version));
      const effect = known ? 'note' : 'ends';
      reasons.push({ package: name, code: 'stored-version', effect, step: 'migrate', text });
    }
    return [...reasons, ...lossyReasons(name, from, crd)];
  });
  return changed.length > 0 ? [note, ...single] : single;
}

/** Fields that only the new schema knows: the earlier controller may drop them when it writes an object. */
function lossyReasons(name: string, from: string | undefined, crd: CrdPlan): CertificateReason[] {
  const added = crd.verdict?.addedFields ?? [];
  if (added.length === 0) return [];
  const some = added.slice(0, 5).join(', ');
  const text = `${name} ${from ?? 'before'} does not know fields that ${crd.name} gains (${some}${added.length > 5 ? ', ...' : ''}): it may lose them when it writes an object.`;
  return [{ package: name, code: 'lossy-field', effect: 'note', step: 'publish', text }];
}

function hookReasons({ package: name, hooks }: CertificateQuestion): CertificateReason[] {
  const running = hooks.filter(({ events }) => events.some((event) => /^(pre|post)-upgrade$/.test(event)));
  return running.map(({ object, events }) => ({
    package: name,
    code: 'hook',
    effect: 'note',
    step: 'unit',
    text: `The chart runs ${object.kind} ${object.name} (${events.join(', ')}); what it does is not undone by a rollback.`,
  }));
}
