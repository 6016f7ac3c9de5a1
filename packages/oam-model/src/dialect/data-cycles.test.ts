import { describe, expect, test } from 'vitest';
import { anApplication } from '../../test/builders.ts';
import { normalize, said, scaler } from '../../test/dialect.ts';

describe('objects that wait for one another', () => {
  const input = (name: string) => [{ valueFrom: { dataOutputName: name }, toFieldPaths: ['spec.x'] }];
  const output = (name: string) => [{ name, fieldPath: 'status.x' }];
  test.each<[string, object[], string[]]>([
    [
      'one for another',
      [
        { componentName: 'web', dataOutputs: output('o') },
        { componentName: 'db', dataInputs: input('o') },
      ],
      [],
    ],
    [
      'each for the other',
      [
        { componentName: 'web', dataOutputs: output('a'), dataInputs: input('b') },
        { componentName: 'db', dataOutputs: output('b'), dataInputs: input('a') },
      ],
      ['spec.components[1]: web -> db -> web'],
    ],
    [
      'a trait for itself',
      [{ componentName: 'web', traits: [{ trait: scaler(), dataInputs: input('o'), dataOutputs: output('o') }] }],
      ["spec.components[0].traits[0]: web's ManualScalerTrait 1 -> web's ManualScalerTrait 1"],
    ],
    [
      'through dependencies',
      [
        { componentName: 'web', dependencies: ['db'], dataOutputs: output('o') },
        { componentName: 'db', dataInputs: input('o') },
      ],
      ['spec.components[1]: web -> db -> web'],
    ],
    [
      'the last output of a name counts',
      [
        { componentName: 'web', dataOutputs: output('o'), dataInputs: input('o') },
        { componentName: 'db', dataOutputs: output('o') },
      ],
      [],
    ],
  ])('%s', (_what, entries, circles) => {
    const words = 'while none of them exists none is created, for each waits for the next: ';
    expect(said(normalize(anApplication(entries as never[])).warnings)).toEqual(
      circles.map((each) => each.replace(': ', `: ${words}`)),
    );
  });
});
