import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resolveChart } from './resolve-chart.ts';

const keda = { repository: 'https://kedacore.github.io/charts', name: 'keda', version: '2.20.2' };

async function aMirror(chartVersion: string, name = 'keda') {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-mirror-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'keda', '2.20.2');
  await mkdir(join(path, 'templates'), { recursive: true });
  await writeFile(join(path, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: ${chartVersion}\n`);
  await writeFile(join(path, 'templates', 'a.yaml'), 'a: 1\n');
  return { path, mirror: { name: 'stand-ins', directory } };
}

test('without a mirror that holds it, a chart is fetched; without a way to fetch it, it is unavailable', async () => {
  const { mirror } = await aMirror('2.20.2');
  const { path } = await aMirror('2.19.0');
  const wanted = { ...keda, version: '2.19.0' };
  expect(
    await resolveChart(wanted, [mirror], { fetch: async () => ({ path }), unpack: async () => ({ path }) }),
  ).toEqual({
    ...wanted,
    standIn: false,
    path,
    digest: expect.stringMatching(/^sha256:/),
  });
  await expect(resolveChart(wanted, [mirror])).rejects.toMatchObject({ code: 'CAPSTAN_CHART_UNAVAILABLE' });
});

test.each([
  ['2.20.2+standin', true],
  ['2.20.2', false],
])('a mirror with version %s: stand-in %s', async (version, standIn) => {
  const { mirror, path } = await aMirror(version);
  expect(await resolveChart(keda, [mirror])).toMatchObject({
    path,
    version,
    standIn,
    mirror: 'stand-ins',
  });
});

test('the digest follows the content and its place, and nothing else', async () => {
  const a = await aMirror('2.20.2+standin');
  const b = await aMirror('2.20.2+standin');
  const digest = async ({ mirror }: typeof a) => (await resolveChart(keda, [mirror])).digest;
  expect(await digest(a)).toBe(await digest(b));
  await rm(join(b.path, 'templates', 'a.yaml'));
  await writeFile(join(b.path, 'templates', 'b.yaml'), 'a: 1\n');
  expect(await digest(a)).not.toBe(await digest(b));
});

test('a chart of another name or version is refused', async () => {
  for (const { mirror } of [await aMirror('2.20.2', 'other'), await aMirror('2.20.3+standin')]) {
    await expect(resolveChart(keda, [mirror])).rejects.toMatchObject({ code: 'CAPSTAN_CHART_DIRECTORY_INVALID' });
  }
});

test('a chart with a symbolic link is refused', async () => {
  const { mirror, path } = await aMirror('2.20.2+standin');
  await symlink('/etc/passwd', join(path, 'templates', 'leak.yaml'));
  await expect(resolveChart(keda, [mirror])).rejects.toMatchObject({ message: expect.stringContaining('leak.yaml') });
});

test.each(['../keda', '..', '/etc', 'a/b', ''])('a chart named "%s" does not leave the mirror', async (name) => {
  const { mirror } = await aMirror('2.20.2');
  await expect(resolveChart({ ...keda, name }, [mirror])).rejects.toMatchObject({
    code: 'CAPSTAN_CHART_DIRECTORY_INVALID',
  });
});
