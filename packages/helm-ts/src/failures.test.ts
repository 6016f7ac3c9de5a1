import { EXIT } from '@capstan/base';
import { expect, test } from 'vitest';
import { HELM_CODES } from './codes.ts';
import { readFailure } from './failures.ts';

const subject = { command: 'install', release: 'web', namespace: 'shop', chart: 'sample' };

/** What Helm 4.1.4 printed to standard error against a Kubernetes 1.35.4 control plane. */
test.each<[string, string, string, Record<string, unknown>]>([
  [
    'an object that does not become ready',
    'Error: INSTALLATION FAILED: resource Deployment/shop/web not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded',
    HELM_CODES.timedOut,
    {
      blocking: [
        { kind: 'Deployment', namespace: 'shop', name: 'web', status: 'InProgress', message: 'Available: 0/1' },
      ],
    },
  ],
  [
    'an object without a namespace that does not go away',
    'Error: uninstallation completed with 1 error(s): resource ClusterRole//web still exists. status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded',
    HELM_CODES.timedOut,
    {
      blocking: [
        { kind: 'ClusterRole', name: 'web', status: 'Terminating', message: 'Resource scheduled for deletion' },
      ],
    },
  ],
  [
    'a conflict on one field',
    'level=WARN msg="upgrade failed" name=web error="..."\nError: UPGRADE FAILED: conflict occurred while applying object shop/web /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with "kubectl": .data.a',
    HELM_CODES.conflict,
    { manager: 'kubectl', managers: ['kubectl'], object: 'shop/web', kind: 'ConfigMap', paths: ['.data.a'] },
  ],
  [
    'conflicts with two managers',
    'Error: UPGRADE FAILED: conflict occurred while applying object shop/web apps/v1, Kind=Deployment: Apply failed with 3 conflicts: conflicts with "kubectl" using apps/v1:\n- .spec.replicas\n- .spec.paused\nconflicts with "other":\n- .metadata.labels.a',
    HELM_CODES.conflict,
    {
      manager: 'kubectl',
      managers: ['kubectl', 'other'],
      kind: 'Deployment',
      paths: ['.spec.replicas', '.spec.paused', '.metadata.labels.a'],
    },
  ],
  [
    'an object of no release',
    'Error: INSTALLATION FAILED: unable to continue with install: ConfigMap "web" in namespace "shop" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"',
    HELM_CODES.ownership,
    { object: { kind: 'ConfigMap', name: 'web', namespace: 'shop' } },
  ],
  [
    'an object of another release',
    'Error: INSTALLATION FAILED: unable to continue with install: APIService "v1beta1.external.metrics.k8s.io" in namespace "" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "web": current value is "adapter"',
    HELM_CODES.ownership,
    { owner: 'adapter', object: { kind: 'APIService', name: 'v1beta1.external.metrics.k8s.io' } },
  ],
  [
    'a lock',
    'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
    HELM_CODES.pendingOperation,
    {},
  ],
  ['no release', 'Error: uninstall: Release not loaded: web: release: not found', HELM_CODES.releaseNotFound, {}],
  ['nothing to upgrade', 'Error: UPGRADE FAILED: "web" has no deployed releases', HELM_CODES.releaseNotFound, {}],
  [
    'a name that is taken',
    'level=ERROR msg="release name check failed" error="cannot reuse a name that is still in use"\nError: INSTALLATION FAILED: release name check failed: cannot reuse a name that is still in use',
    HELM_CODES.nameInUse,
    {},
  ],
  [
    'a missing right',
    'Error: list: failed to list: secrets is forbidden: User "ann" cannot list resource "secrets" in API group "" in the namespace "shop"',
    HELM_CODES.forbidden,
    { user: 'ann', verb: 'list', resource: 'secrets', group: '', onNamespace: 'shop' },
  ],
  [
    'credentials that are refused',
    'Error: kubernetes cluster unreachable: the server has asked for the client to provide credentials',
    HELM_CODES.forbidden,
    {},
  ],
  [
    'a closed port',
    'Error: kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused',
    HELM_CODES.kubeUnreachable,
    {},
  ],
  [
    'a context that is not there',
    'Error: kubernetes cluster unreachable: context "nope" does not exist',
    HELM_CODES.kubeUnreachable,
    {},
  ],
  [
    'a namespace that is not there',
    'Error: INSTALLATION FAILED: create: failed to create: namespaces "shop" not found',
    HELM_CODES.namespaceNotFound,
    {},
  ],
  [
    'a kind that is not there',
    'Error: INSTALLATION FAILED: unable to build kubernetes objects from release manifest: resource mapping not found for name: "q" namespace: "" from "": no matches for kind "ScaledObject" in version "keda.sh/v1alpha1"\nensure CRDs are installed first',
    HELM_CODES.kindUnknown,
    { kind: 'ScaledObject', apiVersion: 'keda.sh/v1alpha1' },
  ],
  [
    'a kind that is not there, in a cluster without OpenAPI v2',
    'Error: INSTALLATION FAILED: unable to build kubernetes objects from release manifest: error validating "": error validating data: the server could not find the requested resource',
    HELM_CODES.kindUnknown,
    {},
  ],
  [
    'an unknown field',
    'Error: INSTALLATION FAILED: failed to create typed patch object (default/q; /v1, Kind=ConfigMap): .spex: field not declared in schema',
    HELM_CODES.objectInvalid,
    {},
  ],
  [
    'a chart of another Kubernetes',
    'Error: INSTALLATION FAILED: chart requires kubeVersion: >=1.99 which is incompatible with Kubernetes v1.35.4',
    HELM_CODES.chartInvalid,
    {},
  ],
  ['anything else', 'Error: the moon is full', HELM_CODES.failed, { output: 'the moon is full' }],
  ['silence', '', HELM_CODES.failed, { output: '' }],
])('%s', (_what, stderr, code, fields) => {
  const error = readFailure(stderr, subject);
  expect(error.code).toBe(code);
  expect(error.fields).toMatchObject({ release: 'web', namespace: 'shop', ...fields });
  expect(error.message).toMatch(/^helm install web: /);
});

test('the exit codes tell timeouts, rights and reachability apart', () => {
  const exitOf = (stderr: string) => readFailure(`Error: ${stderr}`, subject).exit;
  expect(exitOf('context deadline exceeded')).toBe(EXIT.timedOut);
  expect(exitOf('x is forbidden: User "a" cannot get resource "b" in API group "c"')).toBe(EXIT.forbidden);
  expect(exitOf('kubernetes cluster unreachable: no')).toBe(EXIT.unreachable);
  expect(exitOf('another operation (install/upgrade/rollback) is in progress')).toBe(EXIT.blocked);
});

test("credentials in Helm's words do not get into the error", () => {
  const error = readFailure(
    'Error: Get "https://ann:s3cret@charts.example.com/index.yaml": dial tcp: no such host',
    subject,
  );
  expect(`${error.message} ${error.hint} ${JSON.stringify(error.fields)}`).not.toContain('s3cret');
});

test('what cannot be found is called a chart only where one was asked for', () => {
  const text = 'Error: looks like "http://127.0.0.1/x" is not a valid chart repository or cannot be reached: 404';
  const failed = readFailure(text, { command: 'repo add' });
  expect(failed.message).toMatch(/^helm repo add: it cannot be found: looks like "http:/);
  expect(readFailure(text, subject).message).toContain('chart sample cannot be found: looks like');
});
