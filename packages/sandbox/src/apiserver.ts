/** The embedded engine's API server as a process: its argument is the configuration file. */
import { enableCompileCache } from 'node:module';

// Compiled code of an earlier start saves most of this one's time; so the server is loaded only after this.
enableCompileCache();
await import('@capstan/apiserver/main');
