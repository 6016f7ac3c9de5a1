// Where the sandbox is and whether it runs, without what starts it. Imported lazily by every cluster command, and a
// bundler leaves out what it does not name.
export { identifyProcess, isRunning, sandboxDirectory, sandboxKubeconfigPath, sandboxStatus } from '@capstan/sandbox';
