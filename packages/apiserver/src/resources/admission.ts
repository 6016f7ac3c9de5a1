import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/request.ts';
import type { ApiResource } from '../model/resource.ts';

/** What admission is asked about (apiserver admission.Attributes). */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly resource: ApiResource;
  readonly subresource: string | undefined;
  readonly namespace: string;
  /** Empty where the server will generate it. */
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The new object; undefined for a deletion. While mutating it may be changed or replaced. */
  object: KubeObject | undefined;
  /** The object as it was; undefined for a creation. Read-only. */
  readonly oldObject: KubeObject | undefined;
  /** The options of the operation as an object of kind CreateOptions, UpdateOptions, PatchOptions or DeleteOptions. */
  readonly options: Readonly<Record<string, unknown>>;
  warn(text: string): void;
}

/** Something that may change or refuse what is about to be stored. Refusals are `ApiError`s. */
export interface Admission {
  mutate(attributes: AdmissionAttributes): Promise<void> | void;
  validate(attributes: AdmissionAttributes): Promise<void> | void;
}

/** Asks several in turn; nothing is awaited where none of them needs it. */
export function admissionChain(members: readonly Admission[]): Admission {
  return {
    mutate: (attributes) => inTurn(members, (one) => one.mutate(attributes)),
    validate: (attributes) => inTurn(members, (one) => one.validate(attributes)),
  };
}

function inTurn(members: readonly Admission[], ask: (one: Admission) => Promise<void> | void): Promise<void> | void {
  for (let at = 0; at < members.length; at += 1) {
    const member = members[at];
    const pending = member && ask(member);
    if (pending) return pending.then(() => inTurn(members.slice(at + 1), ask));
  }
}
