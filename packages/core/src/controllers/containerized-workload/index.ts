export { startContainerizedWorkloads } from './controller.ts';
export { CONTAINERIZED_WORKLOAD, WORKLOAD_LABEL } from './names.ts';
