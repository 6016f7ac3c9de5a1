import { workloadDefinition } from '../definitions/build.ts';
import { FRIENDLY, friendlyCrd, friendlyName } from '../friendly-crd.ts';
import type { WorkloadType } from './model.ts';
import { TASK_KINDS, type TaskKind } from './task-kinds.ts';
import { renderTask, validateTask } from './task-render.ts';
import { taskColumns, taskSpec, taskStatus } from './task-schema.ts';
import { isJobDone, taskHealth, taskStatusOf } from './task-state.ts';

/** Task and SingletonTask. */
export const taskTypes: readonly WorkloadType[] = TASK_KINDS.map(taskType);

function taskType(of: TaskKind): WorkloadType {
  const { kind, description } = of;
  const group = FRIENDLY.workloads;
  const definition = friendlyName({ group, kind });
  return {
    crd: friendlyCrd({ group, kind, description, spec: taskSpec(of), status: taskStatus, columns: taskColumns }),
    definition: workloadDefinition({
      name: definition,
      description,
      children: [{ apiVersion: 'batch/v1', kind: 'Job' }],
      owns: ['replicas'],
    }),
    contribution: {
      definition,
      validate: validateTask,
      render: (workload, context) => renderTask(of, workload, context),
      health: taskHealth,
      status: taskStatusOf,
      isDone: isJobDone,
    },
  };
}
