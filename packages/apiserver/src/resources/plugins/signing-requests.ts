import type { Admission, AdmissionAttributes } from '../admission.ts';
import { part } from './objects.ts';

/** Writes into a new CertificateSigningRequest who asks. In the real server its strategy does. */
export class SigningRequests implements Admission {
  mutate({ operation, resource, subresource, object, user }: AdmissionAttributes): void {
    if (resource.group !== 'certificates.k8s.io' || resource.resource !== 'certificatesigningrequests') return;
    if (operation !== 'CREATE' || !object || subresource !== undefined) return;
    const spec = part(object, 'spec');
    spec['username'] = user.username;
    for (const field of ['uid', 'groups', 'extra'] as const) {
      if (user[field] === undefined) delete spec[field];
      else spec[field] = structuredClone(user[field]);
    }
  }

  validate(): void {}
}
