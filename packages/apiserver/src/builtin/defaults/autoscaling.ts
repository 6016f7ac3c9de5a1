import { asFields, type Fields, fields, list } from '../values.ts';

/* Defaults of horizontal autoscalers. Upstream: pkg/apis/autoscaling/v2/defaults.go. */

const SCALE_UP: Fields = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN: Fields = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** The metric of an autoscaler that names none. */
export const CPU_METRIC: Fields = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

/** Conditional defaults of autoscalers of version 2. */
export const autoscalingDefaults: Readonly<Record<string, (value: Fields) => void>> = {
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec': (spec) => {
    if (list(spec['metrics']).length === 0) spec['metrics'] = [structuredClone(CPU_METRIC)];
    const behavior = asFields(spec['behavior']);
    if (!behavior) return;
    behavior['scaleUp'] = { ...structuredClone(SCALE_UP), ...fields(behavior['scaleUp']) };
    behavior['scaleDown'] = { ...structuredClone(SCALE_DOWN), ...fields(behavior['scaleDown']) };
  },
};
