import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function collect(level?: 'debug' | 'info') {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    write: (line) => lines.push(JSON.parse(line)),
    now: () => 0,
    ...(level ? { level } : {}),
  });
  return { lines, log };
}

test('a child adds its fields and the caller wins over them', () => {
  const { lines, log } = collect();
  log.child({ plugin: 'keda', name: 'a' }).info('applied', { name: 'b' });
  expect(lines).toEqual([
    { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'applied', plugin: 'keda', name: 'b' },
  ]);
});

test('debug lines appear only when asked for', () => {
  const quiet = collect();
  quiet.log.debug('hidden');
  const loud = collect('debug');
  loud.log.debug('shown');
  expect([quiet.lines.length, loud.lines.length]).toEqual([0, 1]);
});

test('errors are logged by message and credentials are taken out', () => {
  const { lines, log } = collect();
  log.error('failed', { error: new Error('https://a:b@example.org') });
  expect(lines[0]?.['error']).toBe('https://***@example.org');
});
