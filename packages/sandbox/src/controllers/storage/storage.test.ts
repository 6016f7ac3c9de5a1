import { describe, expect, test } from 'vitest';
import type { StorageClass, Volume } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { aClaim, TIME } from '../testing/builders.ts';
import { type ClaimState, decideClaim } from './claim-plan.ts';
import { volumeStep } from './volumes.ts';

const PROVISIONER = 'kubernetes.io/host-path';

function aClass(name: string, more: Partial<StorageClass> = {}): StorageClass {
  return { ...KINDS.storageClass, metadata: { name }, provisioner: PROVISIONER, reclaimPolicy: 'Delete', ...more };
}

function aVolume(name: string, size: string, spec: Partial<Volume['spec']> = {}, phase = 'Available'): Volume {
  const accessModes = ['ReadWriteOnce'];
  const defaults = { accessModes, capacity: { storage: size }, storageClassName: 'standard' };
  return { ...KINDS.volume, metadata: { name, uid: name }, spec: { ...defaults, ...spec }, status: { phase } };
}

function decide(state: Partial<ClaimState>) {
  const classes = [aClass('standard')];
  return decideClaim({ claim: aClaim(), volumes: [], classes, provisioner: PROVISIONER, ...state });
}

describe('a claim', () => {
  test('gets a volume made', () => {
    expect(decide({})).toMatchObject({
      do: 'bind',
      isNew: true,
      volume: {
        metadata: { name: 'pvc-uid-data' },
        spec: {
          capacity: { storage: '1Gi' },
          claimRef: { kind: 'PersistentVolumeClaim', namespace: 'test', name: 'data', uid: 'uid-data' },
          persistentVolumeReclaimPolicy: 'Delete',
        },
      },
    });
  });

  test('takes the smallest volume that is large enough', () => {
    const volumes = [aVolume('huge', '1Ti'), aVolume('fitting', '1500Mi'), aVolume('small', '500Mi')];
    expect(decide({ volumes })).toMatchObject({ do: 'bind', isNew: false, volume: { metadata: { name: 'fitting' } } });
  });

  test('takes the volume that is reserved for it', () => {
    const reserved = aVolume('mine', '10Gi', { claimRef: { namespace: 'test', name: 'data' } });
    const plan = decide({ volumes: [aVolume('other', '1Gi'), reserved] });
    expect(plan).toMatchObject({ volume: { metadata: { name: 'mine' }, spec: { claimRef: { uid: 'uid-data' } } } });
  });

  test.each([
    ['another class', { storageClassName: 'fast' }],
    ['another access mode', { accessModes: ['ReadOnlyMany'] }],
    ['another claim', { claimRef: { namespace: 'test', name: 'other', uid: 'x' } }],
  ])('leaves a volume of %s', (_name, spec) => {
    expect(decide({ volumes: [aVolume('v', '1Gi', spec)] })).toMatchObject({ isNew: true });
  });

  test('without a class gets the default one', () => {
    const { storageClassName: _, ...spec } = aClaim().spec;
    const marked = { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
    const classes = [aClass('other'), aClass('standard', { metadata: marked })];
    expect(decide({ claim: { ...aClaim(), spec }, classes })).toEqual({ do: 'classify', className: 'standard' });
  });

  test.each([
    ['WaitForFirstConsumer', [aClass('standard', { volumeBindingMode: 'WaitForFirstConsumer' })]],
    ['ExternalProvisioning', [aClass('standard', { provisioner: 'ebs.csi.aws.com' })]],
    ['FailedBinding', [aClass('standard', { provisioner: 'kubernetes.io/no-provisioner' })]],
    ['ProvisioningFailed', []],
  ])('waits and says %s', (reason, classes) => {
    expect(decide({ classes })).toMatchObject({ do: 'wait', tell: { reason } });
  });

  test('whose Node is chosen need not wait', () => {
    const annotations = { 'volume.kubernetes.io/selected-node': 'sandbox' };
    const classes = [aClass('standard', { volumeBindingMode: 'WaitForFirstConsumer' })];
    expect(decide({ claim: aClaim({}, { annotations }), classes })).toMatchObject({ do: 'bind', isNew: true });
  });

  test('whose volume has gone is lost', () => {
    const claim = { ...aClaim({ volumeName: 'gone' }), status: { phase: 'Bound' } };
    expect(decide({ claim })).toEqual({ do: 'lose' });
  });
});

describe('a volume', () => {
  const mine = { claimRef: { namespace: 'test', name: 'data', uid: 'uid-data' } };
  const provisioned = (phase: string): Volume => {
    const volume = aVolume('v', '1Gi', { ...mine, persistentVolumeReclaimPolicy: 'Delete' }, phase);
    return { ...volume, metadata: { ...volume.metadata, annotations: { 'pv.kubernetes.io/provisioned-by': 'x' } } };
  };
  const going = (phase: string): Volume => {
    const metadata = { name: 'v', deletionTimestamp: TIME, finalizers: ['kubernetes.io/pv-protection'] };
    return { ...aVolume('v', '1Gi', mine, phase), metadata };
  };

  test.each([
    ['that is new is available', aVolume('v', '1Gi', {}, 'Pending'), undefined, 'available'],
    ['that is available stays so', aVolume('v', '1Gi'), undefined, undefined],
    ['with its claim is bound', aVolume('v', '1Gi', mine), aClaim(), 'bound'],
    ['whose claim has gone is released', aVolume('v', '1Gi', mine, 'Bound'), undefined, 'released'],
    ['that was made for a claim goes with it', provisioned('Released'), undefined, 'delete'],
    ['that is to be kept is kept', aVolume('v', '1Gi', mine, 'Released'), undefined, undefined],
    ['in use is protected', going('Bound'), aClaim(), undefined],
    ['out of use may go', going('Released'), undefined, 'let go'],
  ])('%s', (_name, volume, claim, step) => {
    expect(volumeStep(volume, claim)).toBe(step);
  });
});
