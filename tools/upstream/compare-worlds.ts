import type { Helm } from '../../packages/helm-ts/src/index.ts';
import { compareBehaviour, crdDifferences } from './compare.ts';
import { type Judge, startJudge } from './judge.ts';
import { type ChartFolder, type GoldenObject, goldenObjects, STAND_INS } from './sources.ts';
import { crdsOf, type World, worldOf } from './world.ts';

/** What our objects, the stand-ins' CRDs and upstream's are to one another. Every line is a difference. */
export interface Comparison {
  /** `newest versions`. */
  readonly world: string;
  /** How many objects of ours were judged. */
  readonly judged: number;
  /** Objects that upstream's CRDs or the stand-ins' refuse. */
  readonly refused: readonly string[];
  /** Names, versions and other facts of CRDs. */
  readonly facts: readonly string[];
  /** How many variations of our objects were judged by both. */
  readonly asked: number;
  /** How many of these upstream refuses. */
  readonly wrong: number;
  /** Variations that only upstream refuses. */
  readonly laxer: readonly string[];
}

/** Compares the stand-ins with the charts of a folder, by all that our packages render, in their newest and oldest versions. */
export async function compareWorlds(helm: Helm, charts: ChartFolder, only?: readonly string[]): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const which of ['newest', 'oldest'] as const) {
    const standIns = await worldOf(helm, STAND_INS, which, only);
    const upstream = await worldOf(helm, charts, which, only);
    const objects = await objectsOf(upstream, only);
    await using ours = await startJudge(crdsOf(standIns));
    await using theirs = await startJudge(crdsOf(upstream));
    const behaviour = await compareBehaviour(objects, upstream, { standIns: ours, upstream: theirs });
    comparisons.push({
      world: `${which} versions`,
      judged: objects.length,
      refused: [
        ...(await refusals(objects, theirs)).map((line) => `upstream refuses ${line}`),
        ...(await refusals(objects, ours)).map((line) => `the stand-in refuses ${line}`),
        ...[...standIns.missing, ...upstream.missing].map((path) => `there is no chart in ${path}`),
      ],
      facts: crdDifferences(standIns, upstream),
      ...behaviour,
    });
  }
  return comparisons;
}

/** Everything that our packages make: golden objects of their plugins, and objects of their own units. */
export async function objectsOf({ manifests }: World, only?: readonly string[]): Promise<GoldenObject[]> {
  return [...(await goldenObjects(only)), ...manifests];
}

/** The objects that a judge refuses, with its reason. */
export async function refusals(objects: readonly GoldenObject[], judge: Judge): Promise<string[]> {
  const lines: string[] = [];
  for (const { file, object } of objects) {
    const refusal = await judge.refusal(object);
    if (refusal !== undefined) lines.push(`${object.kind} ${object.metadata.name} of ${file}: ${refusal}`);
  }
  return lines;
}
