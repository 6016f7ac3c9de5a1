import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readInput, readInputs } from './input.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capstan-input-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const write = (name: string, text = name) => writeFile(join(folder, name), text);
const refusal = { code: 'CAPSTAN_CLI_FILE_UNREADABLE', exit: 2 };

describe('a folder', () => {
  test('stands for the files in it that hold objects, by name, as for kubectl', async () => {
    for (const name of ['b.yml', 'a.yaml', 'c.json', 'README.md', '.yaml', 'd.yaml.bak', 'E.YAML']) await write(name);
    await mkdir(join(folder, 'more.yaml'));
    await writeFile(join(folder, 'more.yaml', 'z.yaml'), 'z');
    await symlink(join(folder, 'README.md'), join(folder, 'link.yaml'));
    const read = await readInputs(folder);
    expect(read).toEqual([
      { file: join(folder, 'a.yaml'), text: 'a.yaml' },
      { file: join(folder, 'b.yml'), text: 'b.yml' },
      { file: join(folder, 'c.json'), text: 'c.json' },
      { file: join(folder, 'link.yaml'), text: 'README.md' },
    ]);
    expect(await readInputs(join(folder, 'README.md'))).toHaveLength(1);
  });

  test('without such a file, or with a broken or endless one, is a mistake', async () => {
    await mkdir(join(folder, 'more'));
    await write('README.md');
    await expect(readInputs(folder)).rejects.toMatchObject({
      ...refusal,
      message: `${folder} cannot be read: no file in it ends in .yaml, .yml or .json`,
      hint: expect.stringContaining('name each'),
    });
    await symlink('/dev/zero', join(folder, 'endless.yaml'));
    await expect(readInputs(folder)).rejects.toMatchObject(refusal);
    await symlink(join(folder, 'nowhere'), join(folder, 'broken.yaml'));
    await expect(readInputs(folder)).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('broken.yaml cannot be read: there is no such file'),
    });
  });
});

test('what has no size is read as far as a file may go', async () => {
  await expect(readInput('/dev/zero')).rejects.toMatchObject({ ...refusal, message: expect.stringContaining('8 MiB') });
  await expect(readInput(folder)).rejects.toMatchObject(refusal);
});
