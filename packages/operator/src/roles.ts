import type { KubernetesObject } from '@capstan/base';
import { LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { OAM_GROUP } from '@capstan/oam-model';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];
/** Applications, and the workloads, traits and scopes of OAM's own group; its Definitions are the administrators'. */
const APPLICATIONS = [
  'applicationconfigurations',
  'components',
  'containerizedworkloads',
  'manualscalertraits',
  'healthscopes',
  'networkscopes',
];
/** Groups of the built-in workloads and of this repository's friendly traits. */
const FRIENDLY_GROUPS = ['workloads.capstan.dev', 'traits.capstan.dev'];

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/**
 * What people who are not administrators need. Who is logged in may see which types the cluster offers and whether an
 * operator runs; who may view or edit a namespace (the roles that Kubernetes brings) may do so with its applications.
 * CapabilityInstalls and the records in the system's namespace are for administrators: they may hold values of packages.
 */
export function systemRoles(): KubernetesObject[] {
  return [
    clusterRole('capstan-discover', [
      {
        apiGroups: [OAM_GROUP],
        resources: ['workloaddefinitions', 'traitdefinitions', 'scopedefinitions'],
        verbs: READ,
      },
      { apiGroups: ['capstan.dev'], resources: ['capabilities'], verbs: READ },
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: READ },
    ]),
    binding('ClusterRoleBinding', 'capstan-discover', 'ClusterRole'),
    clusterRole(
      'capstan-view',
      [
        { apiGroups: [OAM_GROUP], resources: APPLICATIONS, verbs: READ },
        { apiGroups: FRIENDLY_GROUPS, resources: ['*'], verbs: READ },
      ],
      ['view', 'edit', 'admin'],
    ),
    clusterRole(
      'capstan-edit',
      [
        { apiGroups: [OAM_GROUP], resources: APPLICATIONS, verbs: WRITE },
        { apiGroups: FRIENDLY_GROUPS, resources: ['*'], verbs: WRITE },
      ],
      ['edit', 'admin'],
    ),
    {
      ...role('Role', 'capstan-operator-lease', [
        { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'], resourceNames: [LEASES.operator] },
      ]),
      metadata: { name: 'capstan-operator-lease', namespace: SYSTEM_NAMESPACE },
    },
    binding('RoleBinding', 'capstan-operator-lease', 'Role', SYSTEM_NAMESPACE),
  ];
}

function role(kind: 'Role' | 'ClusterRole', name: string, rules: readonly Rule[]): KubernetesObject {
  return { apiVersion: `${RBAC}/v1`, kind, metadata: { name }, rules };
}

/** A ClusterRole that Kubernetes adds to its own ones of these names. */
function clusterRole(name: string, rules: readonly Rule[], addsTo: readonly string[] = []): KubernetesObject {
  const labels = Object.fromEntries(addsTo.map((own) => [`${RBAC}/aggregate-to-${own}`, 'true']));
  return { ...role('ClusterRole', name, rules), metadata: { name, labels } };
}

/** Binds a role to everybody who is logged in. */
function binding(
  kind: 'RoleBinding' | 'ClusterRoleBinding',
  name: string,
  roleKind: 'Role' | 'ClusterRole',
  namespace?: string,
): KubernetesObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: namespace === undefined ? { name } : { name, namespace },
    roleRef: { apiGroup: RBAC, kind: roleKind, name },
    subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'system:authenticated' }],
  };
}
