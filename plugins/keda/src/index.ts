import { definePlugin, traits } from '@capstan/plugin-api';
import { checkAutoscale } from './check.ts';
import { autoscaleHealth } from './health.ts';
import { renderAutoscale, withoutReplicas } from './render.ts';
import { AUTOSCALE_DEFINITION } from './spec.ts';
import { validateAutoscale } from './validate.ts';

/** Autoscaling with KEDA: the friendly trait Autoscale. The raw ScaledObject trait needs no code. */
export default definePlugin({
  id: 'keda',
  api: '^1.0.0',
  needs: { traits },
  setup({ traits }) {
    traits.add({
      definition: AUTOSCALE_DEFINITION,
      validate: validateAutoscale,
      shape: withoutReplicas,
      check: checkAutoscale,
      render: renderAutoscale,
      health: autoscaleHealth,
    });
  },
});
