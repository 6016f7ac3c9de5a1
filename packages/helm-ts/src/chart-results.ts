import type { LintFinding, LintReport, Verification } from './chart-types.ts';
import { rowsOf, textOf, unreadable } from './output.ts';
import type { FoundChart, Repository } from './repository-types.ts';

/** What repo list prints. */
export function readRepositories(text: string): Repository[] {
  return rowsOf(text, 'the repositories').map((row) => ({ name: textOf(row['name']), url: textOf(row['url']) }));
}

/** What search repo prints. */
export function readFoundCharts(text: string): FoundChart[] {
  return rowsOf(text, 'the charts').map((row) => ({
    name: textOf(row['name']),
    version: textOf(row['version']),
    appVersion: textOf(row['app_version']),
    description: textOf(row['description']),
  }));
}

/** What lint prints: a line per finding, whose further lines belong to it. */
export function readLint(text: string, strict: boolean): LintReport {
  const findings: LintFinding[] = [];
  for (const line of text.split('\n')) {
    const match = /^\[(INFO|WARNING|ERROR)\] (?:([^\s:]+): )?(.*)$/.exec(line);
    const before = findings.at(-1);
    if (match) {
      const [, level = '', path, words = ''] = match;
      const severity = level.toLowerCase() as LintFinding['severity'];
      findings.push({ severity, ...(path === undefined ? {} : { path }), text: words });
    } else if (/^Error /.test(line)) findings.push({ severity: 'error', text: line.replace(/^Error /, '') });
    else if (before && /^\s+\S/.test(line)) {
      findings.splice(-1, 1, { ...before, text: `${before.text} ${line.trim()}` });
    }
  }
  const bad = strict ? ['error', 'warning'] : ['error'];
  return { ok: findings.every(({ severity }) => !bad.includes(severity)), findings };
}

/** What verify prints. */
export function readVerification(text: string): Verification {
  const fingerprint = /Using Key With Fingerprint: ([0-9A-F]+)/i.exec(text)?.[1];
  const digest = /Chart Hash Verified: (sha256:[0-9a-f]{64})/.exec(text)?.[1];
  if (fingerprint === undefined || digest === undefined) throw unreadable('the verification', 'it names no key');
  const signedBy = [...text.matchAll(/^Signed by: ?(.+)$/gm)].map((match) => match[1] ?? '');
  return { signedBy, fingerprint, digest };
}
