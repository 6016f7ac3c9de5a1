import { digestOf } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import { expect, test } from 'vitest';
import { resolve } from '../resolver/resolve.ts';
import type { CatalogEntry } from './catalog.ts';
import { lintRegistry, SUPPORTED_KUBERNETES } from './lint.ts';

function entry(name: string, version: string, fields: object = {}): CatalogEntry {
  const metadata = aPackage(name, { version, ...fields });
  return { center: 'test', metadata, digest: digestOf(metadata) };
}

function lint(...entries: CatalogEntry[]) {
  return lintRegistry(entries, { kubernetesVersions: SUPPORTED_KUBERNETES, resolve });
}

const told = (...entries: CatalogEntry[]): string[] =>
  lint(...entries).findings.map((one) => `${one.severity} ${one.package} ${one.version}: ${one.message}`);

test('each version is installable on each supported Kubernetes version, or the reason is told', () => {
  const { versions, findings } = lint(entry('mesh', '1.0.0', { platform: { kubernetes: '>=1.35' } }));
  expect(findings).toEqual([]);
  expect(versions[0]?.installable).toEqual(['1.35.0', '1.36.0']);
  expect(versions[0]?.refused.map(({ kubernetes }) => kubernetes)).toEqual(SUPPORTED_KUBERNETES.slice(0, 7));
  expect(versions[0]?.refused[0]?.reason).toContain('1.28.0');
});

test('a version that can be installed nowhere is dead, unless it was withdrawn', () => {
  const needs = { requires: [{ package: 'gone', range: '*' }] };
  expect(told(entry('shop', '1.0.0', needs))).toEqual([
    expect.stringMatching(/^error shop 1\.0\.0: can be installed on none of the supported .*gone/),
  ]);
  expect(told(entry('shop', '1.0.0', { ...needs, lifecycle: { phase: 'yanked' } }))).toEqual([]);
});

test('a package without a version for a required Kubernetes version says why, once', () => {
  const question = { kubernetesVersions: SUPPORTED_KUBERNETES, required: ['1.34.0', '1.35.0'], resolve };
  const mesh = entry('mesh', '2.1.0', { platform: { kubernetes: '>=1.35' } });
  const { findings } = lintRegistry([entry('mesh', '1.0.0', { platform: { kubernetes: '<1.33' } }), mesh], question);
  expect(findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^no version can be installed on Kubernetes 1\.34\.0: .*mesh.*1\.35/),
    'is the newest version, and no older one can be upgraded to it',
  ]);
  const older = entry('mesh', '2.0.0', { platform: { kubernetes: '>=1.34' } });
  expect(lintRegistry([older, mesh], question).findings).toEqual([]);
});

test('needs that the defaults do not try are tried: a condition is an error, an option a warning', () => {
  const when = { config: 'tls', equals: true };
  const needs = {
    requires: [
      { package: 'certs', range: '>=2', when },
      { capability: 'metrics', range: '*', optional: true },
    ],
  };
  expect(told(entry('shop', '1.0.0', needs), entry('certs', '1.0.0'))).toEqual([
    expect.stringMatching(/^error shop 1\.0\.0: has a conditional need that nothing here meets: .*certs/),
    expect.stringMatching(/^warning shop 1\.0\.0: has an optional need that nothing here meets: .*metrics/),
  ]);
  const metrics = { provides: { capabilities: [{ id: 'metrics', version: '1.0.0' }] } };
  expect(told(entry('shop', '1.0.0', needs), entry('certs', '2.0.0'), entry('watch', '1.0.0', metrics))).toEqual([]);
});

test('upgrades: a stranded version is a warning, a newest version that nothing becomes an error', () => {
  const newest = entry('shop', '3.0.0', { upgrade: { from: ['>=2.0.0 <4.0.0'] } });
  expect(told(entry('shop', '1.0.0'), entry('shop', '2.0.0'), newest)).toEqual([
    'warning shop 1.0.0: has no upgrade path to 3.0.0, the newest',
  ]);
  expect(told(entry('shop', '1.0.0'), newest)).toEqual([
    'error shop 3.0.0: is the newest version, and no older one can be upgraded to it',
  ]);
});

test('versions that share no Kubernetes version have no path either', () => {
  const old = entry('shop', '1.0.0', { platform: { kubernetes: '<1.30' } });
  expect(told(old, entry('shop', '1.1.0', { platform: { kubernetes: '>=1.30' } }))).toHaveLength(1);
});

test('a repackaging does not strand what it replaces, and a lost successor is told', () => {
  const lifecycle = { phase: 'deprecated', successor: 'store' };
  expect(told(entry('shop', '1.0.0'), entry('shop', '1.0.0', { release: 1 }))).toEqual([]);
  expect(told(entry('shop', '1.0.0', { lifecycle }))).toEqual([
    'warning shop 1.0.0: names the successor store, which the registry does not hold',
  ]);
});

test('an alias means one package', () => {
  const mesh = entry('mesh-route', '1.0.0', { aliases: ['mesh'] });
  expect(told(mesh, entry('mesh-route', '1.1.0', { aliases: ['mesh'] }))).toEqual([]);
  expect(told(mesh, entry('mesh', '1.0.0'))).toEqual([
    'error mesh-route 1.0.0: has the alias mesh, which means mesh too',
  ]);
  expect(told(mesh, entry('ambient', '1.0.0', { aliases: ['mesh'] }))).toHaveLength(2);
});
