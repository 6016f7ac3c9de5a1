import { spawn } from 'node:child_process';
import type { Finding } from './finding.ts';

/** The commands that mend what is wrong and lose nothing, each once: what others rest on comes first. */
export function fixesOf(findings: readonly Finding[]): string[] {
  const wrong = findings.filter(({ level }) => level !== 'ok');
  const commands = wrong.flatMap(({ fix }) => (fix?.safe && fix.command.startsWith('capstan ') ? [fix.command] : []));
  return [...new Set(commands)];
}

/**
 * Runs one of our own commands in a process of its own, without questions; what it prints goes to stderr. Gives whether
 * it succeeded. What is run is exactly what was shown.
 */
export async function runFix(command: string, signal: AbortSignal): Promise<boolean> {
  const { splitCommandLine } = await import('../completion/words.ts');
  const { before } = splitCommandLine(`${command} `);
  const [, program = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...before, '--yes'], {
    stdio: ['ignore', 2, 2],
  });
  // Ctrl-C reaches the child by itself on a terminal; elsewhere it is passed on.
  const stop = () => child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code === 0));
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
