import { forbidden } from '../../model/errors.ts';
import type { Admission, AdmissionAttributes } from '../admission.ts';

/** No object is created while its CRD goes (apiextensions-apiserver customresource_handler.go forbidCreateAdmission). */
export class TerminatingTypes implements Admission {
  mutate({ operation, resource, name, object }: AdmissionAttributes): void {
    if (operation !== 'CREATE' || !resource.terminating) return;
    const why = 'create not allowed while custom resource definition is terminating';
    throw forbidden(resource, name || (object?.metadata.name ?? ''), why);
  }

  validate(): void {}
}
