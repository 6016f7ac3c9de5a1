import { int32, int64, list, record, text } from '../schema/build.ts';
import type { CustomResourceDefinition, Schema } from '../schema/types.ts';
import { ageColumn, conditions, oamCrd, reference, references } from './parts.ts';

const MEMBERS = 'The workloads of the scope; kept by the application controller.';

const healthStatus: Schema = text('HEALTHY, UNHEALTHY or UNKNOWN.');

/** The CRD of HealthScope. Its hyphenated keys are the reference's. */
export function healthScopeCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'HealthScope',
    scope: 'Namespaced',
    description: 'Groups workloads whose health is looked at as a whole.',
    spec: record('The workloads and how they are looked at.', {
      'probe-timeout': int32('Seconds until a look at a workload is given up; 10 when absent.'),
      'probe-interval': int32('Seconds between two rounds; 10 when absent.'),
      'workloadRefs!': references(MEMBERS),
    }),
    status: record('What is observed of the scope.', {
      conditions,
      'scopeHealthCondition!': record('Health of the scope as a whole.', {
        'healthStatus!': healthStatus,
        total: int64('Number of workloads in the scope.'),
        healthyWorkloads: int64('Number of healthy workloads.'),
        unhealthyWorkloads: int64('Number of unhealthy workloads.'),
        unknownWorkloads: int64('Number of workloads whose health cannot be told.'),
      }),
      healthConditions: list(
        'Health of each workload.',
        record('Health of one workload.', {
          componentName: text('The Component that the workload comes from.'),
          targetWorkload: reference('The workload object.'),
          'healthStatus!': healthStatus,
          diagnosis: text('Why, for people.'),
          workloadStatus: text('Status of the workload as JSON, where its health cannot be told.'),
        }),
      ),
    }),
    columns: [{ name: 'HEALTH', type: 'string', jsonPath: '.status.scopeHealthCondition.healthStatus' }, ageColumn],
  });
}

/** The CRD of NetworkScope: the network scope of the OAM specification, with the workloads that are in it. */
export function networkScopeCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'NetworkScope',
    scope: 'Namespaced',
    description: 'Groups workloads that share a network.',
    spec: record('The network and its workloads.', {
      networkId: text('Name of the network, which its operator made.'),
      subnetIds: list('Names of the subnets in the network.', { type: 'string' }),
      internetGatewayType: text('Gateway to the internet: public or nat; none when empty.', {
        enum: ['', 'public', 'nat'],
      }),
      workloadRefs: references(MEMBERS),
    }),
    status: record('What is observed of the scope.', { conditions }),
    columns: [{ name: 'NETWORK', type: 'string', jsonPath: '.spec.networkId' }, ageColumn],
  });
}
