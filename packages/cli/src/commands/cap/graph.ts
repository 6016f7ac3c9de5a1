import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { DRAWINGS, type Drawing } from '../../render/graph.ts';
import { type OutputChoice, parseOutput } from '../../render/output.ts';

/** A form of all commands, or a drawing. */
type GraphOutput = OutputChoice & { readonly drawing?: Drawing };

const output = Flags.custom<GraphOutput>({
  parse: async (text) => {
    const drawing = DRAWINGS.find((one) => one === text);
    return drawing ? { format: 'table', drawing } : parseOutput(text, DRAWINGS);
  },
});

export default class CapGraph extends CapstanCommand<typeof CapGraph> {
  static override summary = 'what is installed, who asked for it, and what it needs';
  static override reads = true;
  static override examples = [
    { command: 'capstan cap graph', description: 'everything' },
    { command: 'capstan cap graph keda', description: 'what keda needs, and what needs keda' },
    {
      command: 'capstan cap graph -o dot | dot -Tsvg > graph.svg',
      description: 'for Graphviz; -o mermaid for Mermaid',
    },
  ];
  static override args = { name: Args.string({ description: 'only around this installed capability' }) };
  static override flags = {
    output: output({
      char: 'o',
      summary: 'form of the output: tree, dot, mermaid, json, yaml, name or jsonpath=TEMPLATE',
      helpValue: 'FORM',
      helpGroup: 'GLOBAL',
    }),
  };

  protected async work(): Promise<void> {
    const { readStanding, requireStanding } = await import('../../lib/standing.ts');
    const { packageGraph } = await import('../../services/graph.ts');
    const { drawGraph, graphAround } = await import('../../render/graph.ts');
    const client = await this.cluster();
    const standing = await readStanding(client, this.signal);
    this.out.note(...standing.warnings);
    const { name: word } = this.args;
    const name =
      word === undefined ? undefined : await this.withPackage(word, async (one) => requireStanding(standing, one));
    const whole = packageGraph(standing.question);
    const graph = name === undefined ? whole : graphAround(whole, name);
    const drawing = (this.flags.output as GraphOutput | undefined)?.drawing ?? 'tree';
    const packages = graph.nodes.filter(({ kind }) => kind === 'package');
    if (packages.length === 0 && drawing === 'tree' && !this.out.forMachines)
      this.out.note(`No capability is installed in context ${client.context.name}.`);
    await this.out.document({
      kind: 'CapabilityGraph',
      data: graph,
      name: packages.map((one) => `capability/${one.name}`).join('\n'),
      text: () => drawGraph(graph, drawing, this.out.stdout),
    });
    if (drawing === 'tree')
      this.next(packages[0] ? `capstan cap why ${name ?? packages[0].name}` : 'capstan cap search');
  }
}
