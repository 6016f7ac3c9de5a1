import { expect, test } from 'vitest';
import { commandsOf } from '../e2e/support/docs.ts';

test('commands are found with their lines, continuations, here-documents and exit codes', () => {
  const markdown = [
    'text',
    '```console exit=5',
    '$ one \\',
    '  two',
    'output',
    "$ cat > f <<'EOF'",
    'a: $ b',
    'EOF',
    '$ three',
    '```',
    '```console elsewhere',
    '$ never',
    '```',
  ].join('\n');
  expect(commandsOf(markdown)).toEqual([
    { command: 'one \\\n  two', exit: 0, line: 3 },
    { command: "cat > f <<'EOF'\na: $ b\nEOF", exit: 0, line: 6 },
    { command: 'three', exit: 5, line: 9 },
  ]);
});
