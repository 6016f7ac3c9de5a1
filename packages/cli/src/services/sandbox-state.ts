export { sandboxDirectory, sandboxKubeconfigPath, sandboxStatus } from '@capstan/sandbox';
