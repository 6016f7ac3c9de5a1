import type { Access } from '../../access/access.ts';
import type { Admission, AdmissionAttributes } from '../admission.ts';

const RESOURCES = new Set(['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles']);

/** Nobody grants more than they have. In the real server this is part of the storage of these resources. */
export class RoleEscalation implements Admission {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  mutate(): void {}

  validate({ operation, resource, user, namespace, name, object, oldObject }: AdmissionAttributes): void {
    if (resource.group !== 'rbac.authorization.k8s.io' || !object || !RESOURCES.has(resource.resource)) return;
    const url = operation === 'CREATE' ? '' : name;
    const { resource: plural } = resource;
    this.#access.checkEscalation({ user, resource: plural, namespace, name: url, next: object, live: oldObject });
  }
}
