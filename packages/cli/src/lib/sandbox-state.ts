// Where the sandbox is and whether it runs, without what starts it. Imported lazily by every cluster command.
export { sandboxDirectory, sandboxKubeconfigPath, sandboxStatus } from '@capstan/sandbox';
