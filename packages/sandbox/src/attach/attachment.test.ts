import { describe, expect, test } from 'vitest';
import { SANDBOX_CODES } from '../codes.ts';
import { parseService, parseTarget, serviceLabel, targetLabel } from './attachment.ts';

describe('a Service', () => {
  test.each([
    ['keda/keda-admission-webhooks', { namespace: 'keda', service: 'keda-admission-webhooks' }],
    ['shop/hooks:443', { namespace: 'shop', service: 'hooks', port: 443 }],
  ])('%s', (text, service) => {
    expect(parseService(text)).toEqual(service);
    expect(serviceLabel(parseService(text))).toBe(text);
  });

  test.each(['', 'hooks', 'shop/', '/hooks', 'Shop/hooks', 'shop/hooks:', 'shop/hooks:0', 'shop/hooks:65536', 'a/b/c'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseService(text)).toThrow(expect.objectContaining({ code: SANDBOX_CODES.attachmentInvalid }));
    },
  );
});

describe('a process', () => {
  test.each([
    ['127.0.0.1:9443', { host: '127.0.0.1', hostPort: 9443, tls: 'pass' }],
    ['http://localhost:8080', { host: 'localhost', hostPort: 8080, tls: 'end' }],
    ['[::1]:9443', { host: '::1', hostPort: 9443, tls: 'pass' }],
  ])('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
    expect(targetLabel(parseTarget(text))).toBe(text);
  });

  test.each([
    '',
    '9443',
    'localhost',
    'localhost:',
    'localhost:x',
    '::1:9443',
    'https://localhost:1',
    'localhost:70000',
  ])('"%s" is refused', (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: SANDBOX_CODES.attachmentInvalid }));
  });
});
