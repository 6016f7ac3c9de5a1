import { definePlugin, workloads } from '@capstan/plugin-api';
import { serverlessHealth, serverlessStatus } from './health.ts';
import { renderServerless } from './render.ts';
import { SERVERLESS_DEFINITION } from './spec.ts';
import { validateServerless } from './validate.ts';

/** Serverless workloads with Knative: the friendly Serverless, and the health of Knative's own Service. */
export default definePlugin({
  id: 'knative',
  api: '^1.1.0',
  needs: { workloads },
  setup({ workloads }) {
    workloads.add({
      definition: SERVERLESS_DEFINITION,
      validate: validateServerless,
      render: renderServerless,
      health: serverlessHealth,
      status: serverlessStatus,
    });
  },
});
