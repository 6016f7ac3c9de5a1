import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { repository } from './support/capstan.ts';
import { commandsOf } from './support/docs.ts';
import { stage } from './support/story.ts';

/** Documents whose commands run in this order, each on what the ones before left. */
const DOCUMENTS = [
  'docs/quick-start.md',
  'docs/sandbox.md',
  'docs/capabilities.md',
  'docs/centers.md',
  'docs/applications.md',
  'docs/builtins.md',
  'docs/operator.md',
];

describe('every command that a document shows', () => {
  const scene = stage();

  test.each(DOCUMENTS)('%s', { timeout: 240_000 }, (path) => {
    const commands = commandsOf(readFileSync(`${repository}/${path}`, 'utf8'));
    expect(commands.length).toBeGreaterThan(0);
    for (const { command, exit, line } of commands) {
      const result = spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
        cwd: repository,
        encoding: 'utf8',
        env: { ...process.env, ...scene.env, NO_COLOR: '1' },
        input: '',
      });
      expect(result.status, `${path}:${line}\n$ ${command}\n${result.stdout}\n${result.stderr}`).toBe(exit);
    }
  });

  test('no other document shows commands that no test runs', () => {
    const others = globSync(['docs/**/*.md', 'README.md'], { cwd: repository }).filter(
      (path) => !DOCUMENTS.includes(path),
    );
    const shown = others.filter((path) => commandsOf(readFileSync(`${repository}/${path}`, 'utf8')).length > 0);
    expect(shown).toEqual([]);
  });
});
