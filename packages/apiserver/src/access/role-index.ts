import { goQuote } from '../model/go-format.ts';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/request.ts';
import type { Store, StoredObject } from '../storage/store.ts';
import type { PolicyRule } from './rules.ts';
import { serviceAccountName } from './users.ts';

/** What a binding refers to. */
export interface RoleRef {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}

/** Whom a binding names. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** A rule that a user has, and where it comes from; or a role that a binding names and that does not exist. */
export type Grant =
  | { readonly rule: PolicyRule; readonly source: () => string }
  | { readonly missing: RoleRef; readonly rule?: never };

interface Binding {
  readonly kind: 'ClusterRoleBinding' | 'RoleBinding';
  readonly namespace: string;
  readonly name: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

/** Keys of the store's types that RBAC reads. */
export const ROLE_KEYS = {
  clusterRoles: 'clusterroles.rbac.authorization.k8s.io',
  clusterRoleBindings: 'clusterrolebindings.rbac.authorization.k8s.io',
  roles: 'roles.rbac.authorization.k8s.io',
  roleBindings: 'rolebindings.rbac.authorization.k8s.io',
} as const;

/**
 * Bindings by the users and groups that they name, kept current by the store's events; roles are read when they are needed.
 * The order of grants is that of the bindings' names, cluster-wide ones first.
 */
export class RoleIndex {
  readonly #store: Store;
  readonly #bindings = new Map<string, Binding>();
  /** Keys of bindings by `namespace/subject`; the empty namespace for cluster-wide ones. */
  readonly #bySubject = new Map<string, Set<string>>();
  readonly #watches: { close(): void }[] = [];

  constructor(store: Store) {
    this.#store = store;
    for (const key of [ROLE_KEYS.clusterRoleBindings, ROLE_KEYS.roleBindings]) {
      const listed = store.list(key);
      for (const { object } of listed.items) this.#set(object);
      this.#watches.push(
        store.watch(key, listed.revision, (event) => {
          this.#remove(bindingKey(event.namespace, event.name));
          if (event.type !== 'DELETED') this.#set(event.current.object);
        }),
      );
    }
  }

  /** Ends the watches. */
  close(): void {
    for (const watch of this.#watches) watch.close();
  }

  /** All that a user may do, cluster-wide and in a namespace (empty: only cluster-wide). Lazily: stop when satisfied. */
  *grantsOf(user: UserInfo, namespace: string): Generator<Grant> {
    yield* this.#grantsIn(user, '');
    if (namespace !== '') yield* this.#grantsIn(user, namespace);
  }

  /** The rules of a role; undefined where it does not exist. */
  rulesOf(reference: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role = this.#role(reference, namespace);
    return role && ((role.object['rules'] ?? []) as readonly PolicyRule[]);
  }

  *#grantsIn(user: UserInfo, namespace: string): Generator<Grant> {
    for (const key of this.#bindingsOf(user, namespace)) {
      const binding = this.#bindings.get(key);
      if (!binding) continue;
      const rules = this.rulesOf(binding.roleRef, namespace);
      if (!rules) {
        yield { missing: binding.roleRef };
        continue;
      }
      const source = () => describe(binding, user);
      for (const rule of rules) yield { rule, source };
    }
  }

  #bindingsOf(user: UserInfo, namespace: string): Iterable<string> {
    const found: Set<string>[] = [];
    for (const name of [`u:${user.username}`, ...user.groups.map((group) => `g:${group}`)]) {
      const keys = this.#bySubject.get(`${namespace}/${name}`);
      if (keys) found.push(keys);
    }
    if (found.length < 2) return [...(found[0] ?? [])].sort();
    return [...new Set(found.flatMap((keys) => [...keys]))].sort();
  }

  #role(reference: RoleRef, namespace: string): StoredObject | undefined {
    if (reference.kind === 'ClusterRole') return this.#store.get(ROLE_KEYS.clusterRoles, '', reference.name);
    if (reference.kind === 'Role') return this.#store.get(ROLE_KEYS.roles, namespace, reference.name);
    return undefined;
  }

  #set(object: KubeObject): void {
    const namespace = object.metadata.namespace ?? '';
    const name = object.metadata.name ?? '';
    const key = bindingKey(namespace, name);
    const binding: Binding = {
      kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
      namespace,
      name,
      roleRef: object['roleRef'] as RoleRef,
      subjects: (object['subjects'] ?? []) as readonly Subject[],
    };
    this.#bindings.set(key, binding);
    for (const subject of subjectKeys(binding)) {
      const keys = this.#bySubject.get(subject);
      if (keys) keys.add(key);
      else this.#bySubject.set(subject, new Set([key]));
    }
  }

  #remove(key: string): void {
    const binding = this.#bindings.get(key);
    if (!binding) return;
    this.#bindings.delete(key);
    for (const subject of subjectKeys(binding)) {
      const keys = this.#bySubject.get(subject);
      keys?.delete(key);
      if (keys?.size === 0) this.#bySubject.delete(subject);
    }
  }
}

function bindingKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function subjectKeys(binding: Binding): string[] {
  return binding.subjects.flatMap((subject) => {
    const key = subjectKey(subject, binding.namespace);
    return key === undefined ? [] : [`${binding.namespace}/${key}`];
  });
}

/** A service account without a namespace means one of the binding's own. */
function subjectKey(subject: Subject, namespace: string): string | undefined {
  if (subject.kind === 'User') return `u:${subject.name}`;
  if (subject.kind === 'Group') return `g:${subject.name}`;
  const home = subject.namespace || namespace;
  if (subject.kind !== 'ServiceAccount' || home === '') return undefined;
  return `u:${serviceAccountName(home, subject.name)}`;
}

/** Names a binding as the reason of an allowed review does; namespaces stand after the name, as upstream has it. */
function describe(binding: Binding, user: UserInfo): string {
  const mine = new Set([`u:${user.username}`, ...user.groups.map((group) => `g:${group}`)]);
  const subject = binding.subjects.find((one) => mine.has(subjectKey(one, binding.namespace) ?? ''));
  const name = binding.namespace === '' ? binding.name : `${binding.name}/${binding.namespace}`;
  const { kind, name: role } = binding.roleRef;
  return `${binding.kind} ${goQuote(name)} of ${kind} ${goQuote(role)} to ${subject ? describeSubject(subject, binding.namespace) : ''}`;
}

function describeSubject(subject: Subject, namespace: string): string {
  const name = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject.name;
  return `${subject.kind} ${goQuote(name)}`;
}
