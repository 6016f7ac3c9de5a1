import { messageOf } from '@capstan/base';
import type { CenterRecord, VerifyPolicy } from '../center/types.ts';
import type { ArchiveFile } from '../registry/archive.ts';
import { indexProblem, type RegistryIndex } from '../registry/index-file.ts';
import { manifestOf } from '../registry/oci-source.ts';
import type { SignatureEvidence } from '../registry/signature/evidence.ts';
import { requireSignature } from '../registry/signature/policy.ts';
import type { RegistrySnapshot } from '../registry/source.ts';
import { type BundleList, invalidBundle } from './format.ts';

/** A center of a bundle whose signature was checked. */
export interface SignedPart {
  readonly center: string;
  readonly signedBy: string;
}

/** What a center said, as a bundle carries it. */
interface SaidByCenter extends RegistrySnapshot {
  readonly type: CenterRecord['type'];
}

/**
 * Checks the signatures that are asked for: by the caller for all centers of the bundle, and by the policy of a recorded
 * center for its own. The signature is of the center's whole index, so each package of the bundle must be in it with
 * the same digest. Throws CAPSTAN_REGISTRY_UNTRUSTED or CAPSTAN_BUNDLE_INVALID.
 */
export function checkSignatures(
  list: BundleList,
  files: readonly ArchiveFile[],
  recorded: readonly CenterRecord[],
  asked: VerifyPolicy | undefined,
): SignedPart[] {
  const signed: SignedPart[] = [];
  for (const center of new Set(list.packages.map((one) => one.center))) {
    const policies = [asked, recorded.find(({ name }) => name === center)?.verify].filter((one) => one !== undefined);
    if (policies.length === 0) continue;
    const said = saidBy(center, files);
    for (const verify of policies) signed.push({ center, signedBy: signerOf(center, said, verify) });
    requireListed(list, center, said);
  }
  return signed;
}

function signerOf(center: string, said: SaidByCenter | undefined, verify: VerifyPolicy): string {
  const { type = 'directory' } = said ?? {};
  const record: CenterRecord = { name: center, type, location: center, mirrors: [], verify };
  return requireSignature(record, said ? signedBytes(said) : Buffer.alloc(0), said?.signatures ?? []) ?? '';
}

function signedBytes(said: SaidByCenter): Buffer {
  if (said.type !== 'oci') return Buffer.from(said.index, 'utf8');
  try {
    return manifestOf(said).bytes;
  } catch (error) {
    throw invalidBundle(`what its center said is damaged: ${messageOf(error)}`);
  }
}

function requireListed(list: BundleList, center: string, said: SaidByCenter | undefined): void {
  const index = said && parseIndexText(said.index);
  for (const { name, version, release, digest } of list.packages.filter((one) => one.center === center)) {
    const listed = index?.packages[name]?.find((one) => one.version === version && one.release === release);
    if (listed?.digest !== digest)
      throw invalidBundle(`the signed index of ${center} does not list its ${name} ${version}`);
  }
}

function parseIndexText(text: string): RegistryIndex | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return indexProblem(value) === undefined ? (value as RegistryIndex) : undefined;
  } catch {
    return undefined;
  }
}

function saidBy(center: string, files: readonly ArchiveFile[]): SaidByCenter | undefined {
  const file = files.find(({ path }) => path === `signatures/${center}.json`);
  if (!file) return undefined;
  let said: Partial<SaidByCenter>;
  try {
    said = JSON.parse(file.bytes.toString('utf8')) as Partial<SaidByCenter>;
  } catch {
    throw invalidBundle(`${file.path} is not JSON`);
  }
  const { type, index, manifest, signatures } = said ?? {};
  const types: readonly unknown[] = ['directory', 'http', 'oci'];
  const whole = types.includes(type) && typeof index === 'string' && Array.isArray(signatures);
  if (!whole || !signatures.every(isEvidence) || !['string', 'undefined'].includes(typeof manifest)) {
    throw invalidBundle(`${file.path} is damaged`);
  }
  return said as SaidByCenter;
}

function isEvidence(value: unknown): value is SignatureEvidence {
  const { kind, signature, payload, bundle } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === 'detached') return typeof signature === 'string';
  if (kind === 'simple-signing') return typeof signature === 'string' && typeof payload === 'string';
  return kind === 'bundle' && typeof bundle === 'string';
}
