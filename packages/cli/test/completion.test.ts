import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionScript } from '../src/completion/scripts.ts';

const cli = fileURLToPath(new URL('..', import.meta.url));
const KUBECONFIG = `
apiVersion: v1
kind: Config
contexts:
  - { name: prod-eu, context: { cluster: c, user: u } }
  - { name: prod-us, context: { cluster: c, user: u } }
`;

let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'capstan-completion-'));
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', 'capstan');
  writeFileSync(
    program,
    `#!/bin/sh\nexec "${process.execPath}" --conditions=@capstan/source "${cli}bin/dev.js" "$@"\n`,
  );
  chmodSync(program, 0o755);
  writeFileSync(join(folder, 'kubeconfig'), KUBECONFIG);
  writeFileSync(join(folder, 'values.yaml'), '{}');
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    writeFileSync(join(folder, `capstan.${shell}`), completionScript(shell));
  env = {
    ...process.env,
    PATH: `${folder}/bin:${process.env['PATH']}`,
    HOME: folder,
    KUBECONFIG: join(folder, 'kubeconfig'),
    CAPSTAN_SANDBOX_DIR: join(folder, 'none'),
    TERM: 'dumb',
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env, timeout: 20_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const there = (program: string) => spawnSync(program, ['--version']).status === 0;
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** Completes in bash as readline does: `words` are the pieces into which bash splits the line. */
function inBash(words: readonly string[], line = words.join(' ')): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const setting = `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_CWORD=${words.length - 1}`;
  // Outside of a real completion compopt has nothing to set options of.
  return lines(
    run('bash', [
      '--norc',
      '-c',
      `compopt() { echo "compopt $*"; }; source capstan.bash; COMP_WORDS=(${quoted}); ${setting}; _capstan; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ]),
  );
}

describe('bash', () => {
  test('commands', () => {
    expect(inBash(['capstan', 'cap', 'in'])).toEqual(['install']);
  });

  test('flags with a value in the same word, which bash splits at the equals sign', () => {
    const line = 'capstan cap list --context=prod';
    expect(inBash(['capstan', 'cap', 'list', '--context', '=', 'prod'], line)).toEqual(['prod-eu', 'prod-us']);
    expect(inBash(['capstan', 'cap', 'list', '--context', '='], 'capstan cap list --context=')).toContain('sandbox');
  });

  test('files where files are meant, and no blank after an unfinished word', () => {
    expect(inBash(['capstan', 'up', '-f', 'va'])).toEqual(['compopt -o default']);
    expect(inBash(['capstan', 'cap', 'list', '-o', 'jsonp'])).toEqual(['compopt -o nospace', 'jsonpath=']);
  });
});

describe.skipIf(!there('zsh'))('zsh', () => {
  test('commands, in a terminal of its own', () => {
    // The marks are written in two pieces: the terminal may echo what is typed before the shell has read it.
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'PS1=""; autoload -Uz compinit && compinit -u -D; source ./capstan.zsh; zstyle ":completion:*" list-prompt ""; print RE""ADY'
      zpty -r -m shell seen '*READY*'
      zpty -n -w shell $'capstan cap insta\\t--pla\\t; print -r -- DO""NE\\n'
      zpty -r -m shell seen '*DONE*'
      print -r -- "$seen"
      zpty -d shell`;
    expect(run('zsh', ['-f', '-c', script])).toMatch(/capstan cap install .*--plan/s);
  });
});

describe.skipIf(!there('fish'))('fish', () => {
  const inFish = (line: string) =>
    lines(run('fish', ['--no-config', '-c', `source capstan.fish; complete -C '${line}'`]));

  test('commands with their lines, flags and values', () => {
    expect(inFish('capstan cap insta')[0]).toMatch(/^install\tinstall capabilities/);
    expect(inFish('capstan cap list --context prod').map((line) => line.split('\t')[0])).toEqual([
      'prod-eu',
      'prod-us',
    ]);
    expect(inFish('capstan cap list --context=prod').map((line) => line.split('\t')[0])).toEqual([
      '--context=prod-eu',
      '--context=prod-us',
    ]);
    expect(inFish('capstan up -f val')).toEqual(['values.yaml']);
  });
});

describe('errors', () => {
  test('are not told to a shell: no cluster, no values', () => {
    expect(lines(run('capstan', ['__complete', 'cap', 'uninstall', '']))).toEqual([':4']);
    expect(lines(run('capstan', ['__complete', 'cap', 'uninstall', '--kubeconfig', '/nonexistent', '']))).toEqual([
      ':4',
    ]);
  });
});
