import type { KubeObject } from '../../model/object.ts';
import type { Admission, AdmissionAttributes } from '../admission.ts';

const UNENFORCED: Readonly<Record<string, string>> = {
  'mutatingadmissionpolicies.admissionregistration.k8s.io':
    'MutatingAdmissionPolicies are stored, but this simulated cluster does not evaluate them',
  'validatingadmissionpolicies.admissionregistration.k8s.io':
    'ValidatingAdmissionPolicies are stored, but this simulated cluster does not evaluate them',
};
const POD_SECURITY = 'pod-security.kubernetes.io/enforce';

/** Says so where something is stored that the real server would enforce and this one does not: never a silent success. */
export class NotSimulated implements Admission {
  mutate(): void {}

  validate({ operation, resource, subresource, object, oldObject, warn }: AdmissionAttributes): void {
    if (!object || subresource !== undefined || operation === 'CONNECT') return;
    const text = UNENFORCED[`${resource.resource}.${resource.group}`];
    if (text !== undefined && operation === 'CREATE') warn(text);
    if (resource.group === '' && resource.resource === 'namespaces' && enforced(object) !== enforced(oldObject)) {
      if (enforced(object) !== 'privileged') warn('Pod security standards are not enforced in this simulated cluster');
    }
  }
}

function enforced(namespace: KubeObject | undefined): string {
  return namespace?.metadata.labels?.[POD_SECURITY] ?? 'privileged';
}
