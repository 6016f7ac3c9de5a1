import { definePlugin, workloads } from '@capstan/plugin-api';
import { REVISION, serverlessHealth, serverlessStatus, serviceHealth } from './health.ts';
import { renderServerless } from './render.ts';
import { SERVERLESS_DEFINITION, SERVICE_DEFINITION } from './spec.ts';
import { validateServerless } from './validate.ts';
import { validateService } from './validate-service.ts';

/** Serverless workloads with Knative: the friendly Serverless, and the health of Knative's own Service. */
export default definePlugin({
  id: 'knative',
  api: '^1.1.0',
  needs: { workloads },
  kinds: [REVISION],
  setup({ workloads }) {
    workloads.add({
      definition: SERVERLESS_DEFINITION,
      validate: validateServerless,
      render: renderServerless,
      health: serverlessHealth,
      status: serverlessStatus,
    });
    workloads.add({ definition: SERVICE_DEFINITION, validate: validateService, health: serviceHealth });
  },
});
