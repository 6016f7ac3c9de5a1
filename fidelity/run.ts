// `pnpm fidelity`: compares the embedded server with the real one. README.md explains the options.
import { parseArgs } from 'node:util';
import { runCommand } from './src/command.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    against: { type: 'string' },
    engine: { type: 'string' },
    ratchet: { type: 'boolean' },
    docs: { type: 'boolean' },
    causes: { type: 'string' },
    protobuf: { type: 'boolean' },
    sessions: { type: 'boolean' },
    show: { type: 'string' },
  },
});
process.exitCode = await runCommand({ ...values, only: [...(values.only ?? []), ...positionals] });
