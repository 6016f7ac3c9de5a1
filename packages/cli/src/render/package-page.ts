import {
  type CapabilityPackage,
  helmUnits,
  type PolicyRule,
  type Requirement,
  versionLabel,
} from '@capstan/capability-model';
import type { ShownPackage } from '../lib/search.ts';
import { labelled } from './labelled.ts';
import { type Terminal, wrap } from './terminal.ts';

/** A package as a page: what it is, what it provides, needs and installs. */
export function packageLines({ entry, versions, installed }: ShownPackage, terminal: Terminal): string[] {
  const { metadata, center } = entry;
  const width = terminal.columns ?? 100;
  const line = (label: string, text: string | undefined) => (text ? labelled(label, text, width) : []);
  const { provides, install } = metadata;
  return [
    ...wrap(`${metadata.name} ${versionLabel(metadata)}: ${metadata.summary}`, width),
    ...(metadata.description
      ? ['', ...wrap(metadata.description.trim().replace(/(?<!\n)\n(?!\n)/g, ' '), width), '']
      : []),
    ...line('status', installed === undefined ? 'not installed' : `installed ${installed}`),
    ...line('maturity', metadata.maturity),
    ...line('center', `${center} (${versions.length === 1 ? 'one version' : `${versions.length} versions`})`),
    ...line(
      'upstream',
      [metadata.upstream.name, metadata.upstream.version, metadata.upstream.url].filter(Boolean).join(' '),
    ),
    ...provides.capabilities.flatMap(({ id, version, features }) =>
      line('provides', `${id} ${version} with ${features.join(', ')}`),
    ),
    ...provides.definitions.flatMap(({ role, shortName, summary }) =>
      line('adds', `${role} ${shortName}${summary ? `: ${summary}` : ''}`),
    ),
    ...metadata.requires.flatMap((requirement) => line('needs', requirementText(requirement))),
    ...line('Kubernetes', metadata.platform.kubernetes),
    ...helmUnits(metadata).flatMap(({ chart }) =>
      line('chart', `${chart.name} ${chart.version} from ${chart.repository}`),
    ),
    ...line('namespace', install.namespace),
    ...line('CRDs', install.crds.map(({ name }) => name).join(', ')),
    ...line('rights', install.permissions.summary),
  ];
}

/** The rights that the metadata declares, one line for each rule. */
export function rightsLines({ install }: CapabilityPackage): string[] {
  return install.permissions.runtime.map(ruleText);
}

function ruleText({ verbs, resources, apiGroups, nonResourceURLs, resourceNames }: PolicyRule): string {
  if (nonResourceURLs && nonResourceURLs.length > 0) return `${verbs.join('/')} on ${nonResourceURLs.join(', ')}`;
  const groups = (apiGroups ?? ['']).map((group) => group || 'core').join(', ');
  const named = resourceNames && resourceNames.length > 0 ? ` named ${resourceNames.join(', ')}` : '';
  return `${verbs.join('/')} on ${(resources ?? []).join(', ')} (${groups})${named}`;
}

function requirementText(requirement: Requirement): string {
  if ('anyOf' in requirement) return requirement.anyOf.map(requirementText).join(' or ');
  if ('package' in requirement) return `${requirement.package} ${requirement.range}`;
  if ('capability' in requirement) return `${requirement.capability} ${requirement.range}`;
  return `${requirement.api.kind} of ${requirement.api.group}`;
}
