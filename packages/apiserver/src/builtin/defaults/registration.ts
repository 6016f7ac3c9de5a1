import { ensure, type Fields, fields, list, setDefault, text } from '../values.ts';

/*
 * Defaults of webhook configurations, admission policies and custom resource definitions. Upstream:
 * pkg/apis/admissionregistration/v1/defaults.go, apiextensions-apiserver pkg/apis/apiextensions/v1/defaults.go.
 */

/** Conditional defaults of what registers something with the API server. */
export const registrationDefaults: Readonly<Record<string, (value: Fields) => void>> = {
  'io.k8s.api.admissionregistration.v1.ValidatingWebhook': selectEverything,
  'io.k8s.api.admissionregistration.v1.MutatingWebhook': selectEverything,
  'io.k8s.api.admissionregistration.v1.MatchResources': selectEverything,
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition': (definition) => {
    const spec = ensure(definition, 'spec');
    names(ensure(spec, 'names'));
    setDefault(spec, 'conversion', { strategy: 'None' });
    const status = ensure(definition, 'status');
    const stored = list(spec['versions']).find((version) => version['storage'] === true);
    if (stored) setDefault(status, 'storedVersions', [stored['name']]);
  },
};

function selectEverything(value: Fields): void {
  setDefault(value, 'namespaceSelector', {});
  setDefault(value, 'objectSelector', {});
}

function names(value: Fields): void {
  const kind = text(fields(value)['kind']);
  if (text(value['singular']) === '' && kind !== '') value['singular'] = kind.toLowerCase();
  if (text(value['listKind']) === '' && kind !== '') value['listKind'] = `${kind}List`;
}
