export { identifyProcess, isRunning, sandboxDirectory, sandboxKubeconfigPath, sandboxStatus } from '@capstan/sandbox';
