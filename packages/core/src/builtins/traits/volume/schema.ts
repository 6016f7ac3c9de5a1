import { flag, record, type Schema, text } from '@capstan/oam-model';
import { claimSize, keyed, labelName, mountPath, nameOf } from '../../pods/schema.ts';

/** One volume of a Volume trait. */
export interface TraitVolume {
  readonly name: string;
  readonly path: string;
  readonly size?: string;
  readonly storageClass?: string;
  readonly accessMode?: 'ReadWriteOnce' | 'ReadWriteOncePod' | 'ReadWriteMany' | 'ReadOnlyMany';
  readonly claim?: string;
  readonly readOnly?: boolean;
}

/** The spec of a Volume trait; the CRD describes it. */
export interface VolumeSpec {
  readonly volumes: readonly TraitVolume[];
}

/** The schema of `spec` of a Volume trait. */
export const volumeSpec: Schema = record('Which volumes the component gets.', {
  'volumes!': {
    ...keyed(
      'The volumes. Each is a new claim of its own, which goes with the trait, or a claim that is there.',
      ['name'],
      20,
      record(
        'One volume.',
        {
          'name!': labelName('Name of the volume. A new claim is called <workload>-<name>.'),
          'path!': text('Where it is mounted, for example /data.', mountPath),
          size: claimSize('How much a new claim asks for, for example 1Gi.'),
          storageClass: nameOf("Class of a new claim; the cluster's default one where it is left out."),
          accessMode: text('Who may mount a new claim at once; ReadWriteOnce, one node, where it is left out.', {
            enum: ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany', 'ReadOnlyMany'],
          }),
          claim: nameOf(
            'A PersistentVolumeClaim of the namespace to use instead of a new one. It stays when the trait goes.',
          ),
          readOnly: flag('The containers may only read it.'),
        },
        {
          'x-kubernetes-validations': [
            { rule: 'has(self.claim) != has(self.size)', message: 'state the size of a new claim, or the name of one' },
            {
              rule: '!(has(self.claim) && (has(self.storageClass) || has(self.accessMode)))',
              message: 'a claim that is there has its own storageClass and accessMode',
            },
          ],
        },
      ),
    ),
    minItems: 1,
  },
});
