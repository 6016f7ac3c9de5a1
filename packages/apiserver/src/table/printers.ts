import type { ApiResource } from '../model/resource.ts';
import * as cluster from './cluster.ts';
import type { Printer } from './columns.ts';
import * as control from './control.ts';
import { customPrinter } from './custom.ts';
import * as network from './network.ts';
import { podPrinter } from './pod.ts';
import * as storage from './storage.ts';
import * as workloads from './workloads.ts';

/** By `group/kind`; other kinds show when they were made. */
const PRINTERS: Readonly<Record<string, Printer>> = {
  '/ComponentStatus': cluster.componentStatusPrinter,
  '/ConfigMap': cluster.configMapPrinter,
  '/Endpoints': network.endpointsPrinter,
  '/Event': cluster.eventPrinter,
  '/Namespace': cluster.namespacePrinter,
  '/Node': cluster.nodePrinter,
  '/PersistentVolume': storage.persistentVolumePrinter,
  '/PersistentVolumeClaim': storage.persistentVolumeClaimPrinter,
  '/Pod': podPrinter,
  '/PodTemplate': workloads.podTemplatePrinter,
  '/ReplicationController': workloads.replicationControllerPrinter,
  '/ResourceQuota': cluster.resourceQuotaPrinter,
  '/Secret': cluster.secretPrinter,
  '/Service': network.servicePrinter,
  '/ServiceAccount': cluster.agePrinter,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': control.webhookPrinter,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': control.admissionPolicyPrinter,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': control.admissionPolicyBindingPrinter,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': control.webhookPrinter,
  'apiregistration.k8s.io/APIService': control.apiServicePrinter,
  'apps/ControllerRevision': workloads.controllerRevisionPrinter,
  'apps/DaemonSet': workloads.daemonSetPrinter,
  'apps/Deployment': workloads.deploymentPrinter,
  'apps/ReplicaSet': workloads.replicaSetPrinter,
  'apps/StatefulSet': workloads.statefulSetPrinter,
  'autoscaling/HorizontalPodAutoscaler': control.autoscalerPrinter,
  'batch/CronJob': workloads.cronJobPrinter,
  'batch/Job': workloads.jobPrinter,
  'certificates.k8s.io/CertificateSigningRequest': control.signingRequestPrinter,
  'coordination.k8s.io/Lease': cluster.leasePrinter,
  'discovery.k8s.io/EndpointSlice': network.endpointSlicePrinter,
  'events.k8s.io/Event': cluster.eventPrinter,
  'flowcontrol.apiserver.k8s.io/FlowSchema': control.flowSchemaPrinter,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': control.priorityLevelPrinter,
  'networking.k8s.io/IPAddress': network.ipAddressPrinter,
  'networking.k8s.io/Ingress': network.ingressPrinter,
  'networking.k8s.io/IngressClass': network.ingressClassPrinter,
  'networking.k8s.io/NetworkPolicy': network.networkPolicyPrinter,
  'networking.k8s.io/ServiceCIDR': network.serviceCidrPrinter,
  'node.k8s.io/RuntimeClass': cluster.runtimeClassPrinter,
  'policy/PodDisruptionBudget': cluster.podDisruptionBudgetPrinter,
  'rbac.authorization.k8s.io/ClusterRoleBinding': cluster.roleBindingPrinter,
  'rbac.authorization.k8s.io/RoleBinding': cluster.roleBindingPrinter,
  'resource.k8s.io/DeviceClass': cluster.agePrinter,
  'resource.k8s.io/ResourceClaim': storage.resourceClaimPrinter,
  'resource.k8s.io/ResourceClaimTemplate': cluster.agePrinter,
  'resource.k8s.io/ResourceSlice': storage.resourceSlicePrinter,
  'scheduling.k8s.io/PriorityClass': cluster.priorityClassPrinter,
  'storage.k8s.io/CSIDriver': storage.csiDriverPrinter,
  'storage.k8s.io/CSINode': storage.csiNodePrinter,
  'storage.k8s.io/StorageClass': storage.storageClassPrinter,
  'storage.k8s.io/VolumeAttachment': storage.volumeAttachmentPrinter,
  'storage.k8s.io/VolumeAttributesClass': storage.volumeAttributesClassPrinter,
};

const customPrinters = new WeakMap<ApiResource, Printer>();

/** How objects of a resource become rows. The same printer for the same resource. */
export function printerOf(resource: ApiResource): Printer {
  if (resource.source === 'built-in') return PRINTERS[`${resource.group}/${resource.kind}`] ?? cluster.plainPrinter;
  const known = customPrinters.get(resource);
  if (known) return known;
  const printer = customPrinter(resource.printerColumns ?? []);
  customPrinters.set(resource, printer);
  return printer;
}
