import type { KubernetesObject, Problem } from '@capstan/plugin-api';
import { gatewaysOf, specOf } from './hosts.ts';
import { MESH } from './spec.ts';

/** What is wrong with a raw VirtualService that its CRD lets pass, and Istio's webhook would refuse once it answers. */
export function validateVirtualService(virtualService: KubernetesObject): Problem[] {
  const { hosts = [], http = [], tcp = [], tls = [] } = specOf(virtualService);
  const problems: Problem[] = [];
  if (hosts.length === 0)
    problems.push({ path: 'spec.hosts', message: 'is missing: it says whose requests are taken' });
  if (hosts.includes('*') && gatewaysOf(virtualService).includes(MESH)) {
    const hint = 'Name a gateway, or the hosts.';
    problems.push({ path: 'spec.hosts', message: 'the host * is not possible inside the mesh', hint });
  }
  if (http.length + tcp.length + tls.length === 0) {
    problems.push({ path: 'spec.http', message: 'is missing: no rule says where requests go' });
  }
  for (const [index, { route = [], redirect, directResponse, delegate }] of http.entries()) {
    if (route.length > 0 || redirect || directResponse || delegate) continue;
    const message = 'has neither route, redirect, directResponse nor delegate';
    problems.push({ path: `spec.http[${index}]`, message });
  }
  return problems;
}
