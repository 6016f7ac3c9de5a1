import type { Fields } from '../values.ts';
import { autoscalingDefaults } from './autoscaling.ts';
import { coreDefaults } from './core.ts';
import { podDefaults } from './pod.ts';
import { registrationDefaults } from './registration.ts';
import { workloadDefaults } from './workloads.ts';

/** Defaults that depend on other fields, by definition name. Upstream: pkg/apis/<group>/<version>/defaults.go. */
export const CONDITIONAL: Readonly<Record<string, (value: Fields) => void>> = {
  ...autoscalingDefaults,
  ...coreDefaults,
  ...podDefaults,
  ...registrationDefaults,
  ...workloadDefaults,
};
