import { ApiError } from '../../model/api-error.ts';
import { forbidden, notFound } from '../../model/errors.ts';
import type { Store } from '../../storage/store.ts';
import type { Admission, AdmissionAttributes } from '../admission.ts';

const IMMORTAL = new Set(['default', 'kube-public', 'kube-system']);
const NAMESPACES = { group: '', resource: 'namespaces' };

/**
 * Nothing is created in a namespace that is not there or is going, and some namespaces are never deleted (admission plugin
 * NamespaceLifecycle).
 */
export class NamespaceLifecycle implements Admission {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  mutate(attributes: AdmissionAttributes): void {
    const { operation, resource, namespace, name } = attributes;
    if (resource.group === '' && resource.resource === 'namespaces') {
      if (operation === 'DELETE' && IMMORTAL.has(name)) {
        throw forbidden(NAMESPACES, name, 'this namespace may not be deleted');
      }
      return;
    }
    if (namespace === '' || operation === 'DELETE' || resource.resource === 'localsubjectaccessreviews') return;
    const found = this.#store.get('namespaces.', '', namespace)?.object;
    if (!found) throw notFound(NAMESPACES, namespace);
    const { phase } = (found['status'] ?? {}) as { phase?: string };
    if (operation === 'CREATE' && phase === 'Terminating') throw terminating(attributes);
  }

  validate(): void {}
}

function terminating({ resource, namespace, name, object }: AdmissionAttributes): ApiError {
  const shown = name || (object?.metadata.generateName ?? 'Unknown');
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const error = forbidden(resource, shown, why);
  const message = `namespace ${namespace} is being terminated`;
  const cause = { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' };
  return new ApiError(error.code, error.reason, error.message, { ...error.details, causes: [cause] });
}
