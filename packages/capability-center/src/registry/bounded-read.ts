import { open } from 'node:fs/promises';

/** The text of a file that is no larger than `maxBytes`; rejects with the file system's error, or a RangeError. */
export async function readBounded(path: string, maxBytes: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new RangeError(`it has ${size} bytes; at most ${maxBytes} are read`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
