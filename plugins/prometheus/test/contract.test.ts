import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageCharts } from '../../../tools/package-charts.ts';

// Each test has the id that contracts/metrics.yaml gives to a feature: capability.yaml claims them by it.

const versions = await packageCharts('prometheus');

/** The jobs of the server's configuration, by their names. */
function jobsOf(objects: (typeof versions)[number]['objects']) {
  const { data } = objects.find(({ kind }) => kind === 'ConfigMap') as unknown as { data: Record<string, string> };
  const { global, scrape_configs } = parse(data['prometheus.yml'] ?? '') as {
    global: { scrape_interval: string };
    scrape_configs: { job_name: string; metrics_path?: string; kubernetes_sd_configs?: { role: string }[] }[];
  };
  return { global, jobs: new Map(scrape_configs.map((job) => [job.job_name, job])) };
}

test('metrics/promql', () => {
  for (const { metadata, objects } of versions) {
    const url = metadata.config.exports?.find(({ name }) => name === 'url');
    const [, service, namespace, port] =
      /^http:\/\/([^.]+)\.([^:]+):(\d+)$/.exec(String(url && 'value' in url && url.value)) ?? [];
    const found = objects.find(({ kind, metadata: { name } }) => kind === 'Service' && name === service);
    expect(found, 'the exported url names a Service of the chart').toBeDefined();
    expect(found?.metadata.namespace).toBe(namespace);
    expect(found).toMatchObject({ spec: { ports: [{ port: Number(port), targetPort: 9090 }] } });
  }
});

test('metrics/pod-annotations', () => {
  for (const { objects } of versions) {
    const { global, jobs } = jobsOf(objects);
    const pods = jobs.get('kubernetes-pods');
    expect(pods?.kubernetes_sd_configs).toEqual([{ role: 'pod' }]);
    expect(JSON.stringify(pods)).toContain('__meta_kubernetes_pod_annotation_prometheus_io_scrape');
    // A question about the last minute needs two values in it.
    expect(global.scrape_interval).toBe('15s');
  }
});

test('metrics/container-usage', () => {
  for (const { objects } of versions) {
    const kubelets = jobsOf(objects).jobs.get('kubernetes-nodes-cadvisor');
    expect(kubelets).toMatchObject({ metrics_path: '/metrics/cadvisor', kubernetes_sd_configs: [{ role: 'node' }] });
  }
});

test('nothing but the server is installed', () => {
  for (const { objects } of versions) {
    const running = objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind));
    expect(running.map(({ metadata }) => metadata.name)).toEqual(['prometheus-server']);
  }
});
