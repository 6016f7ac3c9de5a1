import { definePlugin, traits } from '@capstan/plugin-api';
import { checkAutoscale, checkCronScale, checkScaledObject } from './check.ts';
import { renderCronScale } from './cron-scale/render.ts';
import { CRON_SCALE_DEFINITION } from './cron-scale/spec.ts';
import { validateCronScale } from './cron-scale/validate.ts';
import { HEALTH_KINDS, scalingHealth } from './health.ts';
import { renderAutoscale, shapeForAutoscale, withoutReplicas } from './render.ts';
import { SCALED_OBJECT_DEFINITION, validateScaledObject } from './scaled-object.ts';
import { SCALER_KINDS } from './scalers.ts';
import { AUTOSCALE_DEFINITION } from './spec.ts';
import { validateAutoscale } from './validate.ts';

/**
 * Autoscaling with KEDA: the friendly traits Autoscale and CronScale. KEDA's own ScaledObject is applied as it is, and
 * has the rules that KEDA's webhook may fail to enforce.
 */
export default definePlugin({
  id: 'keda',
  api: '^1.1.0',
  needs: { traits },
  kinds: [...SCALER_KINDS, ...HEALTH_KINDS],
  setup({ traits }) {
    traits.add({
      definition: AUTOSCALE_DEFINITION,
      validate: validateAutoscale,
      shape: shapeForAutoscale,
      check: checkAutoscale,
      render: renderAutoscale,
      health: scalingHealth,
    });
    traits.add({
      definition: CRON_SCALE_DEFINITION,
      validate: validateCronScale,
      shape: withoutReplicas,
      check: checkCronScale,
      render: renderCronScale,
      health: scalingHealth,
    });
    traits.add({
      definition: SCALED_OBJECT_DEFINITION,
      validate: validateScaledObject,
      check: checkScaledObject,
      health: scalingHealth,
    });
  },
});
