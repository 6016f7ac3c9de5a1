import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHelm, HELM_CODES, type Helm } from '@capstan/helm-ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushArtifact } from './testing/oci-push.ts';
import { type OciRegistry, startOciRegistry } from './testing/oci-registry.ts';

const ROBOT = { username: 'robot', password: 'open sesame' };
const BASIC = `Basic ${Buffer.from(`${ROBOT.username}:${ROBOT.password}`).toString('base64')}`;
/** As `htpasswd -nbB robot 'open sesame'` prints it. */
const HTPASSWD = 'robot:$2a$05$UE9IboA6Jx5dQe1gvGOB..i.S8mqHFN49UYSNHR6ji5WfbFR0DL2u\n';

let folder: string;
let helm: Helm;
let registry: OciRegistry;
let chart: { readonly repository: string; readonly name: string; readonly version: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capstan-helm-registry-'));
  helm = await createHelm({ cacheDirectory: join(folder, 'helm') });
  const source = join(folder, 'web');
  await mkdir(source);
  await writeFile(join(source, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.2.0\n');
  const archive = await helm.package(source, { destination: folder });
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  registry = await startOciRegistry({ htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } });
  const type = 'application/vnd.cncf.helm';
  const artifact = {
    tag: '1.2.0',
    artifactType: `${type}.config.v1+json`,
    config: { mediaType: `${type}.config.v1+json`, content: Buffer.from('{"name":"web","version":"1.2.0"}') },
    layers: [{ mediaType: `${type}.chart.content.v1.tar+gzip`, content: await readFile(archive) }],
  };
  await pushArtifact(`${registry.host}/charts/web`, artifact, BASIC);
  chart = { repository: `oci://${registry.host}/charts`, name: 'web', version: '1.2.0' };
}, 300_000);

afterAll(async () => {
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a chart of a registry is pulled with credentials of the call, which leave no login behind', async () => {
  const destination = join(folder, 'once');
  const flags = { destination, plainHttp: true };
  await expect(helm.pull(chart, flags)).rejects.toMatchObject({ code: HELM_CODES.unauthorized, exit: 4 });
  const pulled = await helm.pull(chart, { ...flags, credentials: ROBOT });
  expect(pulled).toMatchObject({
    path: join(destination, 'web-1.2.0.tgz'),
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  await expect(helm.pull(chart, flags)).rejects.toMatchObject({ code: HELM_CODES.unauthorized });
});

test('a login holds for the pulls of this client until its logout', async () => {
  const flags = { destination: join(folder, 'signed-in'), plainHttp: true };
  const wrong = helm.registry.login(registry.host, { ...ROBOT, password: 'wr0ng-word', plainHttp: true });
  const error = await wrong.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: HELM_CODES.unauthorized });
  expect(JSON.stringify(error)).not.toContain('wr0ng-word');
  await helm.registry.login(registry.host, { ...ROBOT, plainHttp: true });
  await helm.pull(chart, flags);
  await helm.registry.logout(registry.host);
  await expect(helm.pull(chart, flags)).rejects.toMatchObject({ code: HELM_CODES.unauthorized });
});

test('CHART_NOT_FOUND: a version that the registry has not', async () => {
  const flags = { destination: folder, plainHttp: true, credentials: ROBOT };
  await expect(helm.pull({ ...chart, version: '9.0.0' }, flags)).rejects.toMatchObject({
    code: HELM_CODES.chartNotFound,
  });
});
