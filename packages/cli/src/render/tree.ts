import { cut, paint, plain, type Terminal, toneOf } from './terminal.ts';

/** A line of a tree: a name, a state word and a remark, with what hangs below it. */
export interface TreeNode {
  readonly name: string;
  readonly state?: string;
  readonly remark?: string;
  readonly children?: readonly TreeNode[];
}

interface Line {
  readonly head: string;
  readonly state: string;
  readonly remark: string;
}

/** Draws a tree with its states in one column and its remarks in another, in ASCII, so that every terminal shows it. */
export function renderTree(root: TreeNode, terminal: Terminal): string[] {
  const lines = flatten(root);
  const heads = Math.max(...lines.map((line) => line.head.length));
  const states = Math.max(...lines.map((line) => line.state.length));
  return lines.map(({ head, state, remark }) => {
    const used = heads + 2 + states + 2;
    const room = terminal.columns === undefined ? undefined : Math.max(10, terminal.columns - used);
    const rest = room === undefined ? remark : cut(remark, room, terminal.ellipsis);
    const painted = paint(state, toneOf(state), terminal) + ' '.repeat(states - state.length);
    return `${head.padEnd(heads)}  ${painted}  ${rest}`.trimEnd();
  });
}

function flatten(node: TreeNode, lead = '', branch = ''): Line[] {
  const line: Line = {
    head: lead + branch + plain(node.name),
    state: node.state ?? '',
    remark: plain(node.remark ?? ''),
  };
  const below = branch === '' ? lead : lead + (branch.startsWith('|') ? '|  ' : '   ');
  const children = node.children ?? [];
  return [
    line,
    ...children.flatMap((child, index) => flatten(child, below, index === children.length - 1 ? '`- ' : '|- ')),
  ];
}
