import type { SandboxEvent, SandboxStep } from '@capstan/sandbox';
import type { Progress } from '../render/progress.ts';
import { formatDuration } from './duration.ts';

const STEPS: Readonly<Record<SandboxStep, string>> = {
  certificates: 'certificates and settings',
  processes: 'processes',
  'api-server': 'API server',
  node: 'controllers and a simulated node',
  ready: 'control plane ready',
};

const BUILDING: Readonly<Record<string, string>> = {
  waiting: 'waiting for another build',
  etcd: 'building etcd',
  kubernetes: 'building the Kubernetes control plane',
  kwok: 'building kwok',
  done: 'control plane built',
};

/** Shows what a start of the sandbox reports: the one-time build with an estimate, then each step. */
export function sandboxProgress(progress: Progress): (event: SandboxEvent) => void {
  let current: SandboxStep | undefined;
  return (event) => {
    switch (event.type) {
      case 'build':
        return showBuild(progress, event);
      case 'waiting-for-lock':
        return progress.note('Another command is starting or stopping the sandbox: waiting for it.');
      case 'stale-process':
        return progress.note(`The last ${event.process} (process ${event.pid}) is gone: it is started anew.`);
      case 'port-changed':
        return progress.note(`Port ${event.from} is in use now: port ${event.to} is used instead.`);
      case 'step':
        if (current) progress.update(current, STEPS[current], 'done');
        current = event.step === 'ready' ? undefined : event.step;
        if (current) progress.update(current, STEPS[current]);
    }
  };
}

function showBuild(progress: Progress, event: Extract<SandboxEvent, { type: 'build' }>): void {
  const what = BUILDING[event.step] ?? event.step;
  const left = event.remainingMs === undefined ? 'longer than expected' : `about ${minutes(event.remainingMs)} left`;
  if (event.step === 'done') progress.update('build', what, 'done');
  else progress.update('build', `${what} (only the first time; ${left})`);
}

/** Rounded up to half minutes: an estimate must not look like more than it is. */
function minutes(ms: number): string {
  if (ms < 20_000) return formatDuration(Math.ceil(ms / 5_000) * 5_000);
  const halves = Math.ceil(ms / 30_000) / 2;
  return `${halves} min`;
}
