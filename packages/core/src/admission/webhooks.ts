/** One webhook: under which name and path the API server asks, and about what. */
export interface AdmissionWebhook {
  readonly type: 'mutating' | 'validating';
  /** The reference's names where it has the webhook. */
  readonly name: string;
  readonly path: string;
  /** Plurals in the group core.oam.dev. */
  readonly resources: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
}

const DEFINITIONS = ['workloaddefinitions', 'traitdefinitions', 'scopedefinitions'];

/** Every webhook of Capstan, for creates and updates. Paths are the reference's. */
export const ADMISSION_WEBHOOKS = [
  {
    type: 'mutating',
    name: 'mutate.applicationconfigurations.core.oam.dev',
    path: '/mutating-core-oam-dev-v1alpha2-applicationconfigurations',
    resources: ['applicationconfigurations'],
    scope: 'Namespaced',
  },
  {
    type: 'mutating',
    name: 'mutate.component.core.oam.dev',
    path: '/mutating-core-oam-dev-v1alpha2-components',
    resources: ['components'],
    scope: 'Namespaced',
  },
  {
    type: 'validating',
    name: 'validate.applicationconfigurations.core.oam.dev',
    path: '/validating-core-oam-dev-v1alpha2-applicationconfigurations',
    resources: ['applicationconfigurations'],
    scope: 'Namespaced',
  },
  {
    type: 'validating',
    name: 'validate.component.core.oam.dev',
    path: '/validating-core-oam-dev-v1alpha2-components',
    resources: ['components'],
    scope: 'Namespaced',
  },
  {
    type: 'validating',
    name: 'validate.definitions.core.oam.dev',
    path: '/validating-core-oam-dev-v1alpha2-definitions',
    resources: DEFINITIONS,
    scope: 'Cluster',
  },
] as const satisfies readonly AdmissionWebhook[];

/** The path of one of the webhooks. */
export type AdmissionPath = (typeof ADMISSION_WEBHOOKS)[number]['path'];
