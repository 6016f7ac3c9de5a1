#!/usr/bin/env node
// kubectl runs this as kubectl_complete-capstan when somebody completes `kubectl capstan`.
process.argv.splice(2, 0, '__complete');
await import('./run.js');
