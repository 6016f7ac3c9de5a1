import { definePlugin, traits } from '@capstan/plugin-api';

/** Routing with Istio: the friendly trait Route. */
export default definePlugin({
  id: 'istio-route',
  api: '^1.1.0',
  needs: { traits },
  setup() {},
});
