import { CapstanError, redact } from '@capstan/base';
import { HELM_CODES } from './codes.ts';
import { type CallSubject, firstLine, pendingReading, type Reading, RULES, readTimeout } from './failure-rules.ts';

const LONGEST_OUTPUT = 4096;

/**
 * The typed error for what Helm wrote to standard error before it failed. The first rule that knows the message wins,
 * so the order of the rules is part of the meaning; what none of them knows is FAILED with Helm's own words.
 */
export function readFailure(stderr: string, subject: CallSubject): CapstanError {
  const text = helmMessage(stderr);
  for (const rule of RULES) {
    const reading = rule(text, subject);
    if (reading) return toError(reading, text, subject);
  }
  const summary = text === '' ? 'Helm gave no reason' : firstLine(text);
  return toError({ code: HELM_CODES.failed, summary }, text, subject);
}

/** Helm's message without its prefixes: from the last `Error:` line to the end. */
export function helmMessage(stderr: string): string {
  const start = Math.max(stderr.startsWith('Error: ') ? 0 : -1, stderr.lastIndexOf('\nError: ') + 1);
  const text = start < 0 ? stderr : stderr.slice(start).replace(/^Error: /, '');
  return text
    .replace(/^(INSTALLATION|UPGRADE|UNINSTALLATION) FAILED: /, '')
    .replace(/\s*Use --debug flag to render out invalid YAML\s*$/, '')
    .trim();
}

function toError(reading: Reading, text: string, subject: CallSubject): CapstanError {
  const { code, summary, ...options } = reading;
  const { command, ...about } = subject;
  const of = subject.release ? ` ${subject.release}` : '';
  return new CapstanError(code, `helm ${command}${of}: ${summary}`, {
    ...options,
    fields: { ...about, ...options.fields, output: redact(text.slice(0, LONGEST_OUTPUT)) },
  });
}

/** TIMED_OUT, with what blocked when Helm named it. */
export function timedOut(text: string, subject: CallSubject, limitMs?: number): CapstanError {
  const limit = limitMs === undefined ? '' : ` within ${Math.round(limitMs / 1000)} s`;
  return toError(readTimeout(text, limit), text, subject);
}

/** PENDING_OPERATION for a release whose record says so. */
export function pendingOperation(
  fields: Readonly<Record<string, unknown>> & { readonly release: string },
): CapstanError {
  const { code, summary, ...options } = pendingReading(fields.release);
  return new CapstanError(code, `helm install ${fields.release}: ${summary}`, { ...options, fields });
}
