import { createInterface } from 'node:readline/promises';

/** Asks a yes-or-no question on stderr; anything but yes is no, and so is an aborted question. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const reply = await prompt.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(reply.trim());
  } finally {
    prompt.close();
  }
}
