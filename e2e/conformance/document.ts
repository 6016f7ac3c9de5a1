import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readCases } from './case.ts';

interface Rule {
  readonly rule: string;
  /** What Capstan does instead; absent for the same. */
  readonly capstan?: string;
  /** Files or folders with tests beside the cases. */
  readonly tests?: readonly string[];
}

interface Area {
  readonly area: string;
  readonly rules: Readonly<Record<string, Rule>>;
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the document stands. */
export const DOCUMENT = `${root}docs/oam-conformance.md`;

const INTRODUCTION = `# Conformance with OAM v1alpha2

One row for each rule of the OAM reference runtime (crossplane/oam-kubernetes-runtime): what it does, what Capstan does, and
the test that shows it. Generated from \`e2e/conformance\` by \`pnpm conformance --docs\`.

Tests in quotes are cases of \`e2e/conformance/cases\`: they are played on a cluster, with \`capstan system run\` outside of it,
with webhooks on and off, on both engines of the sandbox. A case with a tick was also played against the reference runtime itself.
`;

/** The text of the document. Fails when a rule has no test, or a case names a rule that is not listed. */
export function conformanceDocument(): string {
  const areas = readAreas();
  const cases = readdirSync(`${folder}cases`)
    .sort()
    .flatMap((file) => readCases(`${folder}cases/${file}`));
  const listed = new Set(areas.flatMap(({ rules }) => Object.keys(rules)));
  const unlisted = cases.flatMap((one) =>
    one.rules.filter((rule) => !listed.has(rule)).map((rule) => `${rule} (${one.case})`),
  );
  if (unlisted.length > 0) throw new Error(`rules.yaml lacks ${unlisted.join(', ')}`);
  const testsOf = (id: string, { tests = [] }: Rule): string => {
    const missing = tests.filter((path) => !existsSync(`${root}${path}`));
    if (missing.length > 0) throw new Error(`rule ${id}: there is no ${missing.join(', ')}`);
    const shown = cases
      .filter((one) => one.rules.includes(id))
      .map((one) => `"${one.case}"${one.reference === 'same' ? ' ✓' : ''}`);
    if (shown.length + tests.length === 0) throw new Error(`rule ${id} has no test`);
    return [...shown, ...tests.map((path) => `\`${path}\``)].join('<br>');
  };
  const sections = areas.map(({ area, rules }) => {
    const rows = Object.entries(rules).map(
      ([id, rule]) =>
        `| ${id} | ${cell(rule.rule)} | ${cell(rule.capstan ?? 'the same')} | ${cell(testsOf(id, rule))} |`,
    );
    return [`## ${area}`, '', '| Rule | Reference | Capstan | Test |', '|---|---|---|---|', ...rows].join('\n');
  });
  const checked = cases.filter((one) => one.reference === 'same').length;
  const count = `${listed.size} rules, ${cases.length} cases, ${checked} of them played against the reference too.`;
  return `${[INTRODUCTION, count, '', sections.join('\n\n')].join('\n')}\n`;
}

/** A comma where none was meant makes a key: an error, so that nothing is lost unseen. */
function readAreas(): Area[] {
  const areas = parse(readFileSync(`${folder}rules.yaml`, 'utf8')) as Area[];
  for (const { rules } of areas) {
    for (const [id, rule] of Object.entries(rules)) {
      const unknown = Object.keys(rule).filter((key) => !['rule', 'capstan', 'tests'].includes(key));
      if (unknown.length > 0) throw new Error(`rule ${id}: unknown ${unknown.join(', ')}`);
    }
  }
  return areas;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
