export { resetSandbox, sandboxStatus, startSandbox, stopSandbox } from '@capstan/sandbox';
