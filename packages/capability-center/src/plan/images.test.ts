import { expect, test } from 'vitest';
import { imagesOf } from './images.ts';

test('images of all kinds of pod owners are found once, also those of init containers', () => {
  const pod = (...images: string[]) => ({ containers: images.map((image) => ({ image })) });
  const object = (kind: string, spec: object) => ({ apiVersion: 'v1', kind, metadata: { name: kind }, spec });
  const images = imagesOf([
    object('Deployment', { template: { spec: { ...pod('b', 'a'), initContainers: [{ image: 'init' }] } } }),
    object('CronJob', { jobTemplate: { spec: { template: { spec: pod('cron') } } } }),
    object('Pod', pod('a')),
    object('Service', { ports: [] }),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } },
  ]);
  expect(images).toEqual(['a', 'b', 'cron', 'init']);
});
