import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@capstan/base';
import type { CapabilityPackage } from '@capstan/capability-model';
import { PACKAGE_API_VERSION, PACKAGE_KIND, type PackageDocument, parsePackage } from '@capstan/capability-model';
import type { CenterRecord } from '../center/types.ts';
import { publishToDirectory } from '../registry/publish-directory.ts';
import { pluralOf, TEST_GROUP, type TestChart, testChartFiles, testImage, versionsOf } from './test-chart.ts';

/** Where test packages say that their charts are; the center's mirror holds them. */
export const TEST_REPOSITORY = 'https://charts.example.org';

/** One version of a test package; the same name may come several times. */
export interface TestPackage {
  readonly name: string;
  /** Default 1.0.0. */
  readonly version?: string;
  readonly release?: number;
  /** Namespace of its release. Default: the package's name. */
  readonly namespace?: string;
  /** Packages that it needs, with ranges; `fields.requires` takes other requirements. */
  readonly needs?: Readonly<Record<string, string>>;
  readonly chart?: TestChart;
  /** How long Helm may take for its release; without it as long as a package says that says nothing. */
  readonly timeoutSeconds?: number;
  /** Metadata fields that replace those made here. */
  readonly fields?: JsonObject;
}

/** What a test center offers. */
export interface TestCenterSpec {
  /** Default `test`. */
  readonly name?: string;
  readonly packages: readonly TestPackage[];
}

/** A test center on disk. */
export interface TestCenter {
  /** The record that `openCenter` and `recordCenter` take: the directory and its chart mirror. */
  readonly record: CenterRecord & { readonly type: 'directory' };
  /** Directory with `<chart>/<version>/`; `helm install` takes these as they are. */
  readonly charts: string;
  /** The metadata, in the order of the specification. */
  readonly packages: readonly CapabilityPackage[];
}

/**
 * Writes a directory registry and its charts into a directory: `index.json` and `packages/` as `pnpm generate` writes
 * them, charts in `charts/<name>/<version>/`. Each package is one Helm release of a chart with a ConfigMap, a Deployment
 * (its blocking probe) and, where asked for, CRDs. Called again with more versions it adds them; rejects with
 * CAPSTAN_REGISTRY_PUBLISHED where a version would change.
 */
export async function writeTestCenter(directory: string, spec: TestCenterSpec): Promise<TestCenter> {
  const { name = 'test' } = spec;
  const charts = join(directory, 'charts');
  const documents = spec.packages.map(testPackage);
  await mkdir(charts, { recursive: true });
  await publishToDirectory(directory, documents);
  for (const each of spec.packages) {
    const { version = '1.0.0' } = each;
    const files = testChartFiles(each.name, version, each.chart);
    for (const [file, text] of Object.entries(files)) await write(join(charts, each.name, version, file), text);
  }
  const mirrors = [{ name: `${name}-charts`, directory: charts }];
  return {
    record: { name, type: 'directory', location: directory, mirrors },
    charts,
    packages: documents.map((document) => parsePackage(document)),
  };
}

/** The metadata of a test package, as its author would publish it. */
export function testPackage(spec: TestPackage): PackageDocument {
  const { name, version = '1.0.0', release, namespace = name, needs = {}, chart = {}, fields = {} } = spec;
  const crds = chart.crds ?? [];
  const switches = {
    owner: 'capstan',
    extractValues: { crds: { install: true } },
    installValues: { crds: { install: false } },
  };
  const probe = {
    id: 'deployment',
    type: 'kstatus',
    target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name },
    level: 'blocking',
  };
  return {
    apiVersion: PACKAGE_API_VERSION,
    kind: PACKAGE_KIND,
    name,
    version,
    ...(release === undefined ? {} : { release }),
    upstream: { name, version },
    summary: `The test package ${name}`,
    requires: Object.entries(needs).map(([required, range]) => ({ package: required, range })),
    ...(crds.length === 0 ? {} : { provides: { apis: crds.map(apiOffer) } }),
    config: {
      schema: {
        type: 'object',
        additionalProperties: false,
        properties: { message: { type: 'string' }, replicas: { type: 'integer', minimum: 0 } },
      },
    },
    install: {
      namespace,
      units: [
        {
          id: name,
          type: 'helm',
          chart: { repository: TEST_REPOSITORY, name, version },
          release: name,
          ...(spec.timeoutSeconds === undefined ? {} : { timeoutSeconds: spec.timeoutSeconds }),
          valuesFrom: ['message', 'replicas'].map((value) => ({ from: value, to: value })),
          ...(crds.length === 0 ? {} : { crds: switches }),
        },
      ],
      ...(crds.length === 0 ? {} : { crds: crds.map((crd) => crdOffer(name, crd)) }),
      ...(chart.deployment === false ? {} : { images: [{ ref: testImage(name, version) }] }),
    },
    ...(chart.deployment === false ? {} : { health: { probes: [probe] } }),
    ...fields,
  };
}

const apiOffer = (crd: NonNullable<TestChart['crds']>[number]): JsonObject => ({
  group: TEST_GROUP,
  kind: crd.kind,
  served: [...versionsOf(crd).served],
});

const crdOffer = (unit: string, crd: NonNullable<TestChart['crds']>[number]): JsonObject => ({
  name: `${pluralOf(crd)}.${TEST_GROUP}`,
  from: 'chart',
  unit,
  kind: crd.kind,
  singular: crd.kind.toLowerCase(),
  scope: crd.scope ?? 'Namespaced',
  served: [...versionsOf(crd).served],
  storage: versionsOf(crd).storage,
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
