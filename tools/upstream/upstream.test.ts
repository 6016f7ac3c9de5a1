import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHelm, type Helm } from '../../packages/helm-ts/src/index.ts';
import { compareWorlds, objectsOf, refusals } from './compare-worlds.ts';
import { type Judge, startJudge } from './judge.ts';
import { STAND_INS, upstreamCharts } from './sources.ts';
import { crdsOf, type World, worldOf } from './world.ts';

const upstream = upstreamCharts();
let helm: Helm;

beforeAll(async () => {
  helm = await createHelm();
});

describe.each(['newest', 'oldest'] as const)('with the stand-ins of the %s versions', (which) => {
  let world: World;
  let judge: Judge;

  beforeAll(async () => {
    world = await worldOf(helm, STAND_INS, which);
    judge = await startJudge(crdsOf(world));
  }, 60_000);

  afterAll(() => judge?.[Symbol.asyncDispose]());

  test('no chart is missing, and every CRD that the packages tell of is there', () => {
    const told = world.versions.flatMap(({ install }) => install.crds.map(({ name }) => name));
    const there = crdsOf(world).map(({ metadata }) => metadata.name);
    expect([world.missing, told.filter((name) => !there.includes(name))]).toEqual([[], []]);
  });

  test('everything that the packages render is accepted', async () => {
    const objects = await objectsOf(world);
    expect(objects.length).toBeGreaterThan(20);
    expect(await refusals(objects, judge)).toEqual([]);
  });
});

describe.skipIf(upstream === undefined)('with the charts of CAPSTAN_CHARTS', () => {
  test("upstream accepts what the packages render, and refuses nothing of it that the stand-ins' CRDs accept", async () => {
    for (const { refused, facts, laxer, asked } of await compareWorlds(helm, upstream ?? STAND_INS)) {
      expect([refused, facts, laxer]).toEqual([[], [], []]);
      expect(asked).toBeGreaterThan(1000);
    }
  }, 600_000);
});
