import { definePlugin, traits } from '@capstan/plugin-api';
import { routeHealth, virtualServiceHealth } from './health.ts';
import { checkRoute, renderRoute } from './render.ts';
import { shapeChildForRoute, shapeForRoute } from './shape.ts';
import { ROUTE_DEFINITION, VIRTUAL_SERVICE_DEFINITION } from './spec.ts';
import { validateRoute } from './validate.ts';
import { validateVirtualService } from './virtual-service.ts';

/** Routing with Istio: the friendly trait Route, and the health of Istio's own VirtualService, which has no status. */
export default definePlugin({
  id: 'istio-route',
  api: '^1.1.0',
  needs: { traits },
  kinds: [
    { apiVersion: 'v1', kind: 'Service' },
    { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
    { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
    { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' },
    { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry' },
  ],
  setup({ traits }) {
    traits.add({
      definition: ROUTE_DEFINITION,
      validate: validateRoute,
      shape: shapeForRoute,
      shapeChild: shapeChildForRoute,
      check: checkRoute,
      render: renderRoute,
      health: routeHealth,
    });
    traits.add({
      definition: VIRTUAL_SERVICE_DEFINITION,
      validate: validateVirtualService,
      health: (virtualService, objects, cluster) => virtualServiceHealth(virtualService, objects, cluster),
    });
  },
});
