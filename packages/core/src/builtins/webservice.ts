import { definePlugin, workloads } from '@capstan/plugin-api';
import { WEB_SERVICE_DEFINITION } from './webservice-crd.ts';
import { renderWebService } from './webservice-render.ts';

/** The built-in workload WebService, as a plugin like any other. */
export const webServicePlugin = definePlugin({
  id: 'builtin-webservice',
  api: '^1.0.0',
  needs: { workloads },
  setup({ workloads }, { defer }) {
    defer(workloads.add({ definition: WEB_SERVICE_DEFINITION, render: renderWebService }));
  },
});
