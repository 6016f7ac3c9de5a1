export { startContainerizedWorkloads } from './controller.ts';
export { CONTAINERIZED_WORKLOAD, CW_LABEL } from './names.ts';
