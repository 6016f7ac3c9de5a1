import { flag, int32, list, type Properties, record, text } from '../schema/build.ts';
import type { CustomResourceDefinition, Schema } from '../schema/types.ts';
import { ageColumn, conditions, oamCrd, references } from './parts.ts';

/** What `resource.Quantity` reads; a plain number is as good as a text. */
const QUANTITY =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

const quantity = (description: string): Schema => ({
  description: `${description}, a quantity such as 500m, 1.5 or 2Gi.`,
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern: QUANTITY,
});

const required = (description: string): Schema =>
  record(`${description} that the container needs.`, { 'required!': quantity(description) });

const choice = (description: string, ...values: string[]): Schema => text(description, { enum: values });

const fromSecret = (what: string): Schema =>
  record(`The key of a Secret that holds ${what}.`, {
    'name!': text('Name of the Secret.'),
    'key!': text('Key in the Secret.'),
  });

const resources: Schema = record('What the container needs to run.', {
  'cpu!': required('Processor cores'),
  'memory!': required('Memory'),
  gpu: required('Graphics processors'),
  volumes: list(
    'Volumes that are mounted into the container.',
    record('One volume.', {
      'name!': text('Name of the volume, unique in its container.'),
      'mountPath!': text('Path at which the volume is mounted.'),
      accessMode: choice('RO for reading only, RW for reading and writing.', 'RO', 'RW'),
      sharingPolicy: choice('Whether other workloads may use the volume.', 'Exclusive', 'Shared'),
      disk: record('The disk behind the volume.', {
        'required!': quantity('Disk space'),
        ephemeral: flag('Whether the content may be lost with the container.'),
      }),
    }),
  ),
  extended: list(
    'Resources that only some nodes have.',
    record('One resource.', {
      'name!': text('Name of the resource.'),
      'required!': { 'x-kubernetes-int-or-string': true, description: 'How much of it, or which.' },
    }),
  ),
});

const port = int32('Number of the port.');

function probe(description: string): Schema {
  return record(description, {
    exec: record('A command that must succeed.', {
      'command!': list('The command and its arguments.', { type: 'string' }),
    }),
    httpGet: record('A GET request that must be answered.', {
      'path!': text('Path of the request, for instance /healthz.'),
      'port!': port,
      httpHeaders: list(
        'Headers of the request.',
        record('One header.', { 'name!': text('Name of the header.'), 'value!': text('Value of the header.') }),
      ),
    }),
    tcpSocket: record('A port that must take connections.', { 'port!': port }),
    initialDelaySeconds: int32('Seconds from the start of the container to the first probe.'),
    periodSeconds: int32('Seconds between two probes.'),
    timeoutSeconds: int32('Seconds until a probe counts as failed.'),
    successThreshold: int32('Probes in a row that must succeed before the container counts as healthy.'),
    failureThreshold: int32('Probes in a row that must fail before the container counts as unhealthy.'),
  });
}

const container: Properties = {
  'name!': text('Name of the container, unique in the workload.'),
  'image!': text('Image of the container.'),
  resources,
  command: list('What is run in place of the entry point of the image.', { type: 'string' }),
  args: list('Arguments of the command.', { type: 'string' }),
  env: list(
    'Environment variables.',
    record('One variable.', {
      'name!': text('Name of the variable.', { pattern: '^[-_a-zA-Z0-9]+$' }),
      value: text('Value of the variable; wins over fromSecret.'),
      fromSecret: fromSecret('the value'),
    }),
  ),
  config: list(
    'Files that are written into the container.',
    record('One file.', {
      'path!': text('Path of the file in the container.'),
      value: text('Content of the file; wins over fromSecret.'),
      fromSecret: fromSecret('the content'),
    }),
  ),
  ports: list(
    'Ports that the container listens on. The first one of the first container gets a Service.',
    record('One port.', {
      'name!': text('Name of the port, unique in the container.', { pattern: '^[a-z]+$' }),
      'containerPort!': port,
      protocol: choice('TCP, the default, or UDP.', 'TCP', 'UDP'),
    }),
  ),
  livenessProbe: probe('Tells whether the container lives; it is restarted when not.'),
  readinessProbe: probe('Tells whether the container is ready for requests.'),
  imagePullSecret: text('Name of a Secret with the credentials for the image.'),
};

/** The CRD of ContainerizedWorkload. */
export function containerizedWorkloadCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'ContainerizedWorkload',
    scope: 'Namespaced',
    description: 'A workload of OCI containers: becomes a Deployment, its ConfigMaps and a Service.',
    spec: record('The containers and where they may run.', {
      osType: choice('Operating system of the nodes.', 'linux', 'windows'),
      arch: choice('Processor architecture of the nodes.', 'i386', 'amd64', 'arm', 'arm64'),
      'containers!': list('Containers of the workload.', record('One container.', container)),
    }),
    status: record('What is observed of the workload.', {
      conditions,
      resources: references('Objects that run the workload.'),
    }),
    columns: [ageColumn],
  });
}
