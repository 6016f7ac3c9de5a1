export { runningSandboxKubeconfig } from '@capstan/sandbox';
