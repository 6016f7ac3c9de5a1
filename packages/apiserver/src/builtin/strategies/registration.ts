import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, invalid, notSupported, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StrategyContext } from '../../model/resource.ts';
import { dns1035Name, dnsSubdomainErrors, pathSegmentName, portNumberErrors, subdomainName } from '../names.ts';
import { broken, labelSelector, oneOf } from '../validation/common.ts';
import { asFields, type Fields, fields, list, strings, text } from '../values.ts';
import { type PartsByKind, readSpec } from './parts.ts';

/*
 * What registers something with the API server. Upstream: pkg/apis/admissionregistration/validation, kube-aggregator
 * pkg/apis/apiregistration/validation, pkg/apis/certificates/validation.
 */

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const USAGES = [
  ...['any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment'],
  ...['decipher only', 'digital signature', 'email protection', 'encipher only', 'ipsec end system', 'ipsec tunnel'],
  ...['ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime'],
  ...['server auth', 'signing', 'timestamping'],
];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** Strategies of webhook configurations, admission policies, API services and certificate requests. */
export const registrationParts: PartsByKind = {
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhookParts(false),
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhookParts(true),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': {
    ignoresMetaChange: true,
    statusKeepsMeta: true,
    kubeFinalizers: false,
    nameRule: subdomainName,
    generation: true,
    unconditionalUpdate: false,
    validate: (next) => validatePolicy(readSpec(next)),
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': {
    ignoresMetaChange: true,
    kubeFinalizers: false,
    nameRule: subdomainName,
    generation: true,
    unconditionalUpdate: false,
    validate: (next) => validateBinding(readSpec(next)),
  },
  'apiregistration.k8s.io/APIService': {
    kubeFinalizers: false,
    nameRule: pathSegmentName,
    unconditionalUpdate: false,
    prepareForCreate(next) {
      const service = asFields(readSpec(next)['service']);
      if (!service) next['status'] = { conditions: [localCondition()] };
      else next['status'] = {};
    },
    validate: validateApiService,
  },
  'certificates.k8s.io/CertificateSigningRequest': {
    prepareForCreate(next) {
      next['status'] = {};
    },
    prepareForUpdate(next, live) {
      next['spec'] = live['spec'];
    },
    validate: (next) => validateRequest(readSpec(next)),
    prepareStatus: stampConditions,
    subresources: {
      approval: {
        prepareForUpdate(next, live, context) {
          const conditions = fields(next['status'])['conditions'];
          next['spec'] = live['spec'];
          next['status'] = { ...fields(live['status']), ...(conditions !== undefined && { conditions }) };
          stampConditions(next, live, context);
        },
      },
    },
    resetFields(subresource) {
      if (subresource === 'status') return [['spec'], ['status', 'conditions']];
      return subresource === 'approval' ? [['spec'], ['status', 'certificate']] : [['spec'], ['status']];
    },
    fieldValues: (object) => ({ 'spec.signerName': text(readSpec(object)['signerName']) }),
  },
};

/** Conditions of certificate requests say when they came. */
function stampConditions(next: KubeObject, live: KubeObject, { now }: StrategyContext): void {
  const status = fields(next['status']);
  if (!Array.isArray(status['conditions'])) return;
  const before = list(fields(live['status'])['conditions']);
  const conditions = list(status['conditions']).map((one) => {
    const known = before.find((other) => other['type'] === one['type'] && other['status'] === one['status']);
    return {
      ...one,
      lastUpdateTime: one['lastUpdateTime'] ?? now,
      lastTransitionTime: one['lastTransitionTime'] ?? known?.['lastTransitionTime'] ?? now,
    };
  });
  next['status'] = { ...status, conditions };
}

function localCondition(): Fields {
  return {
    type: 'Available',
    status: 'True',
    reason: 'Local',
    message: 'Local APIServices are always available',
    lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z`,
  };
}

function webhookParts(mutating: boolean): PartsByKind[string] {
  const validate = (next: KubeObject) => validateWebhooks(list(next['webhooks']), mutating);
  return {
    ignoresMetaChange: true,
    nameRule: subdomainName,
    kubeFinalizers: false,
    unconditionalUpdate: false,
    generation: (next, live) => JSON.stringify(next['webhooks']) !== JSON.stringify(live['webhooks']),
    validate,
  };
}

function validateWebhooks(webhooks: readonly Fields[], mutating: boolean): StatusCause[] {
  const names = new Set<string>();
  return webhooks.flatMap((webhook, at) => {
    const path = `webhooks[${at}]`;
    const name = text(webhook['name']);
    const causes = validateWebhook(webhook, mutating, path);
    const versions = strings(webhook['admissionReviewVersions']);
    causes.push(...reviewVersions(versions, `${path}.admissionReviewVersions`));
    if (name !== '' && names.has(name)) causes.push(duplicate(`${path}.name`, name));
    names.add(name);
    return causes;
  });
}

function reviewVersions(versions: readonly string[], path: string): StatusCause[] {
  if (versions.length === 0) {
    return [required(path, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)];
  }
  const causes: StatusCause[] = [];
  for (const [at, version] of versions.entries()) {
    if (versions.indexOf(version) < at) causes.push(invalid(`${path}[${at}]`, version, 'duplicate version'));
    causes.push(...broken(`${path}[${at}]`, version, dns1035Name(version, false)));
  }
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return causes;
  return [...causes, invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)];
}

function validateWebhook(webhook: Fields, mutating: boolean, path: string): StatusCause[] {
  const name = text(webhook['name']);
  const effects = webhook['sideEffects'];
  const timeout = Number(webhook['timeoutSeconds'] ?? 0);
  const causes = fullyQualified(name, `${path}.name`);
  causes.push(...labelSelector(webhook['namespaceSelector'], `${path}.namespaceSelector`));
  causes.push(...labelSelector(webhook['objectSelector'], `${path}.objectSelector`));
  for (const [at, rule] of list(webhook['rules']).entries()) causes.push(...validateRule(rule, `${path}.rules[${at}]`));
  causes.push(...oneOf(webhook['failurePolicy'], ['Fail', 'Ignore'], `${path}.failurePolicy`));
  causes.push(...oneOf(webhook['matchPolicy'], ['Equivalent', 'Exact'], `${path}.matchPolicy`));
  if (effects === undefined || effects === null)
    causes.push(required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
  else causes.push(...oneOf(effects, ['None', 'NoneOnDryRun'], `${path}.sideEffects`));
  if (timeout < 1 || timeout > 30) {
    causes.push(invalid(`${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds'));
  }
  if (mutating)
    causes.push(...oneOf(webhook['reinvocationPolicy'], ['IfNeeded', 'Never'], `${path}.reinvocationPolicy`));
  return [...causes, ...clientConfig(fields(webhook['clientConfig']), `${path}.clientConfig`)];
}

function fullyQualified(name: string, path: string): StatusCause[] {
  if (name === '') return [required(path)];
  const bad = dnsSubdomainErrors(name);
  if (bad.length > 0) return [invalid(path, name, bad.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalid(path, name, 'should be a domain with at least three segments separated by dots')];
}

function validateRule(rule: Fields, path: string): StatusCause[] {
  const operations = strings(rule['operations']);
  const causes: StatusCause[] = [];
  if (operations.length === 0) causes.push(required(`${path}.operations`));
  if (operations.length > 1 && operations.includes('*')) {
    causes.push(invalid(`${path}.operations`, operations, "if '*' is present, must not specify other operations"));
  }
  for (const [at, operation] of operations.entries()) {
    if (OPERATIONS.includes(operation)) continue;
    causes.push(notSupported(`${path}.operations[${at}]`, operation, OPERATIONS));
  }
  for (const field of ['apiGroups', 'apiVersions', 'resources']) causes.push(...ruleValues(rule, field, path));
  const scope = rule['scope'];
  if (scope === undefined) return causes;
  return [...causes, ...oneOf(scope, ['*', 'Cluster', 'Namespaced'], `${path}.scope`)];
}

function ruleValues(rule: Fields, field: string, path: string): StatusCause[] {
  const values = strings(rule[field]);
  const where = `${path}.${field}`;
  const causes = values.length === 0 ? [required(where)] : [];
  if (field !== 'resources' && values.length > 1 && values.includes('*')) {
    const what = field === 'apiGroups' ? 'API groups' : 'API versions';
    causes.push(invalid(where, values, `if '*' is present, must not specify other ${what}`));
  }
  if (field === 'apiGroups') return causes;
  const empty = [...values.entries()].filter(([, value]) => value === '');
  return [...causes, ...empty.map(([at]) => required(`${where}[${at}]`))];
}

function clientConfig(config: Fields, path: string): StatusCause[] {
  const service = asFields(config['service']);
  const url = config['url'];
  if ((service === undefined) === (url === undefined)) {
    return [required(path, 'exactly one of url or service is required')];
  }
  return service ? webhookService(service, `${path}.service`) : webhookUrl(text(url), `${path}.url`);
}

const URL_FORM = '; desired format: https://host[/path]';

function webhookUrl(url: string, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const [, scheme = '', rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(.*)$/.exec(url) ?? [];
  if (scheme !== 'https') causes.push(invalid(path, scheme, `'https' is the only allowed URL scheme${URL_FORM}`));
  const host = rest.split(/[/?#]/)[0] ?? '';
  if (host === '') causes.push(invalid(path, host, `host must be specified${URL_FORM}`));
  return causes;
}

function webhookService(service: Fields, path: string): StatusCause[] {
  const causes = ['name', 'namespace'].flatMap((field) =>
    text(service[field]) === '' ? [required(`${path}.${field}`)] : [],
  );
  const url = text(service['path']);
  if (url !== '' && !url.startsWith('/')) {
    causes.push(invalid(`${path}.path`, url, "must start with a '/'"));
    if (url.length === 1) causes.push(invalid(`${path}.path`, url, 'segment[0] may not be empty'));
  }
  const port = Number(service['port'] ?? 443);
  if (portNumberErrors(port).length > 0) {
    causes.push(invalid(`${path}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  }
  return causes;
}

function validatePolicy(spec: Fields): StatusCause[] {
  const causes = oneOf(spec['failurePolicy'], ['Fail', 'Ignore'], 'spec.failurePolicy');
  const validations = list(spec['validations']);
  if (!asFields(spec['matchConstraints'])) causes.push(required('spec.matchConstraints'));
  else if (list(fields(spec['matchConstraints'])['resourceRules']).length === 0) {
    causes.push(required('spec.matchConstraints.resourceRules'));
  }
  if (validations.length === 0 && list(spec['auditAnnotations']).length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    causes.push(required('spec.validations', detail), required('spec.auditAnnotations', detail));
  }
  for (const [at, validation] of validations.entries()) {
    if (text(validation['expression']).trim() === '') {
      causes.push(required(`spec.validations[${at}].expression`, 'expression is not specified'));
    }
  }
  return causes;
}

function validateBinding(spec: Fields): StatusCause[] {
  const name = text(spec['policyName']);
  const causes =
    name === '' ? [required('spec.policyName')] : broken('spec.policyName', name, subdomainName(name, false));
  const actions = strings(spec['validationActions']);
  if (actions.length === 0)
    causes.push(required('spec.validationActions', 'at least one validation action is required'));
  for (const [at, action] of actions.entries()) {
    const path = `spec.validationActions[${at}]`;
    causes.push(...oneOf(action, ['Audit', 'Deny', 'Warn'], path));
    if (actions.indexOf(action) < at) causes.push(duplicate(path, action));
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    causes.push(invalid('spec.validationActions', actions, detail));
  }
  return causes;
}

function validateApiService(next: KubeObject): StatusCause[] {
  const spec = readSpec(next);
  const group = text(spec['group']);
  const version = text(spec['version']);
  const causes: StatusCause[] = [];
  const expected = `${version}.${group}`;
  for (const field of ['generateName', 'name'] as const) {
    const name = next.metadata[field] ?? '';
    if (name === '' || name === expected) continue;
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(expected)}`;
    causes.push(invalid(`metadata.${field}`, name, detail));
  }
  if (group === '' && version !== 'v1')
    causes.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') causes.push(...broken('spec.group', group, dnsSubdomainErrors(group)));
  causes.push(...broken('spec.version', version, dns1035Name(version, false)));
  for (const [field, most] of [
    ['groupPriorityMinimum', 20000],
    ['versionPriority', 1000],
  ] as const) {
    const value = Number(spec[field] ?? 0);
    if (value > 0 && value <= most) continue;
    causes.push(invalid(`spec.${field}`, value, `must be positive and less than ${most}`));
  }
  return [...causes, ...apiServiceTarget(spec)];
}

function apiServiceTarget(spec: Fields): StatusCause[] {
  const service = asFields(spec['service']);
  const bundle = text(spec['caBundle']) !== '';
  const insecure = spec['insecureSkipTLSVerify'] === true;
  const causes: StatusCause[] = [];
  if (!service) {
    if (bundle)
      causes.push(
        invalid(
          'spec.caBundle',
          `${Buffer.from(text(spec['caBundle']), 'base64').length} bytes`,
          'local APIServices may not have a caBundle',
        ),
      );
    if (insecure) {
      causes.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
    }
    return causes;
  }
  for (const field of ['namespace', 'name']) {
    if (text(service[field]) === '') causes.push(required(`spec.service.${field}`));
  }
  const port = Number(service['port'] ?? 443);
  if (portNumberErrors(port).length > 0) {
    causes.push(invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'));
  }
  if (insecure && bundle) {
    causes.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  }
  return causes;
}

function validateRequest(spec: Fields): StatusCause[] {
  const usages = strings(spec['usages']);
  const signer = text(spec['signerName']);
  const causes: StatusCause[] = [];
  const pem = Buffer.from(text(spec['request']), 'base64').toString('latin1');
  if (!pem.includes('-----BEGIN CERTIFICATE REQUEST-----')) {
    const why = 'PEM block type must be CERTIFICATE REQUEST';
    causes.push(invalid('spec.request', spec['request'] ?? null, why));
  }
  if (usages.length === 0) causes.push(required('spec.usages'));
  for (const [at, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) causes.push(notSupported(`spec.usages[${at}]`, usage, USAGES));
    if (usages.indexOf(usage) < at) causes.push(duplicate(`spec.usages[${at}]`, usage));
  }
  causes.push(...signerName(signer));
  const seconds = spec['expirationSeconds'];
  if (typeof seconds === 'number' && seconds < 600) {
    causes.push(
      invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)'),
    );
  }
  return causes;
}

function signerName(signer: string): StatusCause[] {
  const path = 'spec.signerName';
  if (signer === '') return [required(path)];
  const [domain = '', ...rest] = signer.split('/');
  if (rest.length !== 1) {
    return [invalid(path, signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  }
  const causes = broken(path, domain, dnsSubdomainErrors(domain));
  if (domain.split('.').length < 2) {
    causes.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'));
  }
  return causes;
}
