import { type Document, isAlias, isCollection, isMap, isScalar, type Node, type Pair, type Scalar } from 'yaml';

/** Something in a document that YAML allows and a Kubernetes object cannot have. */
export interface Oddity {
  readonly message: string;
  readonly hint: string;
  /** Offset in the text. */
  readonly offset: number;
}

/** How deep collections may stand in one another. */
const MAX_DEPTH = 100;

interface Walk {
  readonly oddities: Oddity[];
  readonly anchors: Map<string, Node>;
  readonly parents: Node[];
  readonly lineOf: (offset: number) => number;
}

/**
 * Duplicate keys, aliases that are unknown or contain themselves, numbers that JSON cannot hold and excessive depth.
 * One visit of each node: aliases are not followed.
 */
export function inspectDocument(document: Document.Parsed, lineOf: (offset: number) => number): Oddity[] {
  const walk: Walk = { oddities: [], anchors: new Map(), parents: [], lineOf };
  inspectNode(document.contents, walk);
  return walk.oddities;
}

function inspectNode(node: unknown, walk: Walk): void {
  if (isAlias(node)) inspectAlias(node.source, offsetOf(node), walk);
  if (isScalar(node)) inspectScalar(node, walk);
  if ((isScalar(node) || isCollection(node)) && node.anchor) walk.anchors.set(node.anchor, node);
  if (!isCollection(node)) return;
  if (walk.parents.length >= MAX_DEPTH) {
    const message = `collections stand in one another more than ${MAX_DEPTH} levels deep`;
    report(walk, node, message, 'No Kubernetes object needs that many levels.');
    return;
  }
  walk.parents.push(node);
  if (isMap(node)) inspectPairs(node.items, walk);
  else for (const item of node.items) inspectNode(item, walk);
  walk.parents.pop();
}

function inspectPairs(pairs: readonly Pair[], walk: Walk): void {
  const seen = new Map<string, number>();
  for (const { key, value } of pairs) {
    const name = isScalar(key) ? String(key.value) : '';
    const first = seen.get(name);
    if (first !== undefined && name !== '<<') {
      const message = `the key "${name}" stands twice in one object; first on line ${walk.lineOf(first)}`;
      report(walk, key, message, 'Keep one of the two.');
    }
    seen.set(name, first ?? offsetOf(key));
    inspectNode(value, walk);
  }
}

function inspectAlias(anchor: string, offset: number, walk: Walk): void {
  const target = walk.anchors.get(anchor);
  if (target === undefined) {
    const hint = 'Text that begins with * or & must be in quotes.';
    walk.oddities.push({ message: `the alias *${anchor} has no anchor &${anchor} before it`, hint, offset });
  } else if (walk.parents.includes(target)) {
    walk.oddities.push({ message: `the alias *${anchor} stands inside what it repeats`, hint: 'Take it out.', offset });
  }
}

function inspectScalar(node: Scalar, walk: Walk): void {
  const { value } = node;
  if (typeof value !== 'number') return;
  if (!Number.isFinite(value)) report(walk, node, `${node.source ?? value} is no number that JSON knows`, QUOTE);
  else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    report(walk, node, `${node.source ?? value} is too large to be kept exactly`, QUOTE);
  }
}

const QUOTE = 'Put it in quotes where text is meant.';

function report(walk: Walk, node: unknown, message: string, hint: string): void {
  walk.oddities.push({ message, hint, offset: offsetOf(node) });
}

function offsetOf(node: unknown): number {
  return (isScalar(node) || isCollection(node) || isAlias(node)) && node.range ? node.range[0] : 0;
}
