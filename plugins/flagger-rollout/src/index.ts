import { definePlugin, traits } from '@capstan/plugin-api';
import { canaryTakesOver, checkCanary, validateCanary } from './canary.ts';
import { checkRollout } from './check.ts';
import { rolloutHealth, servingHealth, servingObject } from './health.ts';
import { letCanaryGo } from './let-go.ts';
import { renderRollout, rolloutTakesOver, withoutReplicas } from './render.ts';
import { copyLeftBehind } from './scaler.ts';
import { CANARY_DEFINITION, FLAGGER_API_VERSION, ROLLOUT_DEFINITION } from './spec.ts';
import { validateRollout } from './validate.ts';

/** Progressive delivery with Flagger: the friendly trait Rollout, and rules and health of the raw Canary. */
export default definePlugin({
  id: 'flagger-rollout',
  api: '^1.1.0',
  needs: { traits },
  kinds: [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'apps/v1', kind: 'DaemonSet' },
    { apiVersion: FLAGGER_API_VERSION, kind: 'Canary' },
  ],
  setup({ traits }) {
    traits.add({
      definition: ROLLOUT_DEFINITION,
      validate: validateRollout,
      shape: withoutReplicas,
      takesOver: rolloutTakesOver,
      check: checkRollout,
      render: renderRollout,
      letGo: letCanaryGo,
      leavesBehind: copyLeftBehind,
      health: rolloutHealth,
      workloadHealth: servingHealth,
      podOwner: servingObject,
    });
    traits.add({
      definition: CANARY_DEFINITION,
      validate: validateCanary,
      shape: withoutReplicas,
      takesOver: canaryTakesOver,
      check: checkCanary,
      health: rolloutHealth,
      workloadHealth: servingHealth,
      podOwner: servingObject,
    });
  },
});
