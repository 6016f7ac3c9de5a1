import { dns1035LabelErrors, dnsSubdomainErrors, portNumberErrors } from '../builtin/names.ts';
import type { StatusCause } from '../model/api-error.ts';
import { forbidden, index, invalid, notSupported, required } from '../model/field-error.ts';
import type { CrdConversion, WebhookClientConfig } from './definition.ts';

const WEBHOOK = 'spec.conversion.webhookClientConfig';
const REVIEW_VERSIONS = 'spec.conversion.conversionReviewVersions';

/** What is wrong with the conversion of a CRD. The certificates of a caBundle are not looked at. */
export function validateConversion(conversion: CrdConversion | undefined): StatusCause[] {
  if (!conversion) return [];
  const { webhook } = conversion;
  const strategy: string = conversion.strategy ?? '';
  if (strategy === '') return [required('spec.conversion.strategy')];
  if (strategy === 'Webhook') {
    return [
      ...validateClient(webhook?.clientConfig),
      ...validateReviewVersions(webhook?.conversionReviewVersions ?? []),
    ];
  }
  const only = 'should not be set when strategy is not set to Webhook';
  return [
    ...(strategy === 'None' ? [] : [notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook'])]),
    ...(webhook?.clientConfig ? [forbidden(WEBHOOK, only)] : []),
    ...((webhook?.conversionReviewVersions ?? []).length > 0 ? [forbidden(REVIEW_VERSIONS, only)] : []),
  ];
}

function validateClient(config: WebhookClientConfig | undefined): StatusCause[] {
  if (!config) return [required(WEBHOOK, 'required when strategy is set to Webhook')];
  const { url, service } = config;
  if ((url === undefined) === (service === undefined))
    return [required(WEBHOOK, 'exactly one of url or service is required')];
  if (url !== undefined) return validateUrl(url, `${WEBHOOK}.url`);
  return service ? validateService(service, `${WEBHOOK}.service`) : [];
}

/** Upstream passes name and namespace in the wrong order here; both are only looked at for being there. */
function validateService(service: NonNullable<WebhookClientConfig['service']>, path: string): StatusCause[] {
  const port = service.port ?? 443;
  const errors = portNumberErrors(port);
  return [
    ...((service.namespace ?? '') === '' ? [required(`${path}.name`)] : []),
    ...((service.name ?? '') === '' ? [required(`${path}.namespace`)] : []),
    ...(errors.length > 0 ? [invalid(`${path}.port`, port, `port is not valid: ${errors.join(', ')}`)] : []),
    ...validatePath(service.path ?? '', `${path}.path`),
  ];
}

function validatePath(text: string, path: string): StatusCause[] {
  if (text === '' || text === '/') return [];
  if (text === '//') return [invalid(path, text, 'segment[0] may not be empty')];
  const steps = text.slice(1).replace(/\/$/, '').split('/');
  return [
    ...(text.startsWith('/') ? [] : [invalid(path, text, "must start with a '/'")]),
    ...steps.flatMap((step, at) => {
      if (step === '') return [invalid(path, text, `segment[${at}] may not be empty`)];
      return dnsSubdomainErrors(step).map((error) => invalid(path, text, `segment[${at}]: ${error}`));
    }),
  ];
}

function validateUrl(text: string, path: string): StatusCause[] {
  const form = '; desired format: https://host[/path]';
  const parts =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text);
  const [, scheme = '', user, host = '', , query = '', fragment = ''] = parts ?? [];
  return [
    ...(scheme.toLowerCase() === 'https'
      ? []
      : [invalid(path, scheme, `'https' is the only allowed URL scheme${form}`)]),
    ...(host === '' ? [invalid(path, host, `host must be specified${form}`)] : []),
    ...(user === undefined ? [] : [invalid(path, user, 'user information is not permitted in the URL')]),
    ...(fragment === '' ? [] : [invalid(path, fragment, 'fragments are not permitted in the URL')]),
    ...(query === '' ? [] : [invalid(path, query, 'query parameters are not permitted in the URL')]),
  ];
}

function validateReviewVersions(versions: readonly string[]): StatusCause[] {
  if (versions.length === 0) return [required(REVIEW_VERSIONS)];
  const causes = versions.flatMap((version, at) => {
    if (versions.indexOf(version) < at) return [invalid(index(REVIEW_VERSIONS, at), version, 'duplicate version')];
    return dns1035LabelErrors(version).map((error) => invalid(index(REVIEW_VERSIONS, at), version, error));
  });
  const known = versions.some((version) => version === 'v1' || version === 'v1beta1');
  return known ? causes : [...causes, invalid(REVIEW_VERSIONS, versions, 'must include at least one of v1, v1beta1')];
}
