import { asFields, ensure, type Fields, setDefault, text } from '../values.ts';
import { labelLikeTemplate, templateLabels } from './core.ts';

/* Defaults of workloads. Upstream: pkg/apis/apps/v1/defaults.go and pkg/apis/batch/v1/defaults.go. */

const MOST_INT32 = 2 ** 31 - 1;

/** Conditional defaults of Deployments, DaemonSets, StatefulSets and Jobs. Their parts get theirs from the table. */
export const workloadDefaults: Readonly<Record<string, (value: Fields) => void>> = {
  'io.k8s.api.apps.v1.DeploymentStrategy': (strategy) =>
    rollingUpdate(strategy, { maxUnavailable: '25%', maxSurge: '25%' }),
  'io.k8s.api.apps.v1.DaemonSetUpdateStrategy': (strategy) =>
    rollingUpdate(strategy, { maxUnavailable: 1, maxSurge: 0 }),
  'io.k8s.api.apps.v1.StatefulSet': (set) => {
    const spec = ensure(set, 'spec');
    const strategy = ensure(spec, 'updateStrategy');
    // Unlike elsewhere only where no type is given.
    if (text(strategy['type']) === '') {
      strategy['type'] = 'RollingUpdate';
      setDefault(strategy, 'rollingUpdate', {});
    }
    const rolling = asFields(strategy['rollingUpdate']);
    if (rolling && strategy['type'] === 'RollingUpdate') setDefault(rolling, 'partition', 0);
    setDefault(spec, 'persistentVolumeClaimRetentionPolicy', {});
  },
  'io.k8s.api.batch.v1.Job': (job) => {
    const spec = ensure(job, 'spec');
    const { completions, parallelism } = spec;
    if (completions === undefined && parallelism === undefined) spec['completions'] = 1;
    setDefault(spec, 'parallelism', 1);
    setDefault(spec, 'backoffLimit', spec['backoffLimitPerIndex'] === undefined ? 6 : MOST_INT32);
    const labels = templateLabels(spec);
    if (labels) labelLikeTemplate(job, labels);
    setDefault(spec, 'completionMode', 'NonIndexed');
    setDefault(spec, 'suspend', false);
    setDefault(spec, 'podReplacementPolicy', asFields(spec['podFailurePolicy']) ? 'Failed' : 'TerminatingOrFailed');
    setDefault(spec, 'manualSelector', false);
  },
};

function rollingUpdate(strategy: Fields, defaults: Fields): void {
  if (strategy['type'] !== 'RollingUpdate') return;
  const rolling = ensure(strategy, 'rollingUpdate');
  for (const [field, value] of Object.entries(defaults)) setDefault(rolling, field, value);
}
