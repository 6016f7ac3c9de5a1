import { mergePatch } from '../script/merge-patch.ts';
import type { Counted, Json, JsonMap, RequestStep, Sent, Step, Until } from '../script/types.ts';
import type { Template } from './template.ts';

/** The parts of requests that every generated script of a built-in type is put together from. */
export class BuiltinType {
  readonly template: Template;
  /** `/apis/apps/v1/namespaces/$(ns)/deployments`. */
  readonly collection: string;

  constructor(template: Template) {
    this.template = template;
    const { apiVersion, cluster, resource } = template;
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    this.collection = cluster ? `${root}/${resource}` : `${root}/namespaces/$(ns)/${resource}`;
  }

  /** Name of scripts for this type, such as `apps.v1.deployments`. */
  get label(): string {
    const { apiVersion, resource } = this.template;
    return `${apiVersion.replace('/', '.')}.${resource}`;
  }

  /** Name of the first, second or third object. Cluster-wide names must differ between scripts. */
  name(index = 0): string {
    const { names, cluster } = this.template;
    const letter = ['a', 'b', 'c'][index] ?? 'z';
    return names?.[index] ?? (cluster ? `${letter}-$(id)` : letter);
  }

  path(index = 0, rest = ''): string {
    return `${this.collection}/${this.name(index)}${rest}`;
  }

  /** A whole object: the template's minimal body with changes. Its label marks what belongs to the script. */
  body(index = 0, ...changes: readonly JsonMap[]): JsonMap {
    const { apiVersion, kind, minimal, perName } = this.template;
    const metadata = { name: this.name(index), labels: { script: '$(id)' } };
    const all = [minimal, perName?.[index] ?? {}, ...changes];
    return all.reduce((body, change) => mergePatch(body, change) as JsonMap, { apiVersion, kind, metadata });
  }

  /** Only what names an object: the start of an apply configuration. */
  partial(index = 0, ...changes: readonly JsonMap[]): JsonMap {
    const { apiVersion, kind } = this.template;
    const start: JsonMap = { apiVersion, kind, metadata: { name: this.name(index) } };
    return changes.reduce((body, change) => mergePatch(body, change) as JsonMap, start);
  }

  /** Steps that must come before the first object. */
  prepare(): Step[] {
    if (!this.template.accounts) return [];
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    return [{ request: 'POST /api/v1/namespaces/$(ns)/serviceaccounts', body }];
  }

  /** Steps that must come at the end, where objects would disturb other scripts. */
  cleanUp(): Step[] {
    if (!this.template.alone) return [];
    return [{ request: `DELETE ${this.collection}?labelSelector=script%3D$(id)` }];
  }

  create(body: Json, more: Extra = {}): RequestStep {
    return { request: `POST ${this.collection}${more.query ?? ''}`, body, ...rest(more) };
  }

  get(more: Extra = {}, index = 0): RequestStep {
    return { request: `GET ${this.path(index)}${more.query ?? ''}`, ...rest(more) };
  }

  list(more: Extra = {}): RequestStep {
    return { request: `GET ${this.collection}${this.#ownQuery(more.query)}`, ...rest(more) };
  }

  update(body: Json, more: Extra = {}, index = 0): RequestStep {
    return { request: `PUT ${this.path(index)}${more.subresource ?? ''}${more.query ?? ''}`, body, ...rest(more) };
  }

  patch(kind: keyof typeof PATCH_TYPES, body: Json, more: Extra = {}, index = 0): RequestStep {
    const request = `PATCH ${this.path(index)}${more.subresource ?? ''}${more.query ?? ''}`;
    return { request, body, contentType: PATCH_TYPES[kind], ...rest(more) };
  }

  delete(more: Extra & { readonly body?: Json } = {}, index = 0): RequestStep {
    const { body } = more;
    return {
      request: `DELETE ${this.path(index)}${more.query ?? ''}`,
      ...(body !== undefined && { body }),
      ...rest(more),
    };
  }

  /** Waits for the end of a deletion, where it has one without further controllers. */
  untilGone(index = 0): Step[] {
    return this.template.protected ? [] : [this.get({ until: { status: 404, seconds: 15 } }, index)];
  }

  watch(name: string, query: string, headers?: Sent['headers']): Step {
    return {
      watch: name,
      request: `GET ${this.collection}${this.#ownQuery(`?watch=true${query}`)}`,
      ...(headers && { headers }),
    };
  }

  /** Lists of cluster-wide types are narrowed to the objects of the script. */
  #ownQuery(query = ''): string {
    if (!this.template.cluster || query.includes('labelSelector=')) return query;
    return `${query === '' ? '?' : `${query}&`}labelSelector=script%3D$(id)`;
  }
}

/** What a step says beside its request. */
export interface Extra extends Counted {
  readonly query?: string;
  readonly subresource?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly save?: Readonly<Record<string, string>>;
  readonly until?: Until;
  readonly from?: string;
  readonly as?: string;
}

/** Content types of the kinds of patches. */
export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

function rest({ query: _, subresource: __, ...more }: Extra & { body?: Json }): Omit<Extra, 'query' | 'subresource'> {
  const { body: ___, ...kept } = more;
  return kept;
}
