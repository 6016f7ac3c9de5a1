import { isCapstanError } from '@capstan/base';
import { configuredValues, MODEL_CODES } from '@capstan/capability-model';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import type { PackageQuestion } from './package-question.ts';
import { type ReleaseState, releaseBlocker } from './release-state.ts';
import type { AnyPreparedUnit } from './render.ts';
import type { PlanBlocker } from './types.ts';

/**
 * Values that were kept from an earlier version and that this one refuses, with their paths and never the values. Those
 * that the user gives now are an error of the command instead, as `configuredValues` throws it.
 */
export function valuesBlocker(context: InstallerContext, question: PackageQuestion): PlanBlocker | undefined {
  const { metadata, values, valuesFrom } = question;
  try {
    configuredValues(metadata, values);
    return undefined;
  } catch (error) {
    if (valuesFrom === 'given' || !isCapstanError(error, MODEL_CODES.valuesInvalid)) throw error;
    return {
      code: error.code,
      message: `${metadata.name} ${metadata.version} refuses values that are set now. ${error.message}`,
      hint: 'Values are kept across versions. Give ones that this version takes, with --set or --values.',
      next: [commandLine(context, `cap show ${metadata.name} --schema`)],
    };
  }
}

/** Releases of the package's names that somebody else made. */
export function releaseBlockers(
  context: InstallerContext,
  releases: readonly (ReleaseState | undefined)[],
  { metadata, journal, adoption, adoptionBlocker }: PackageQuestion,
): PlanBlocker[] {
  if (adoption || adoptionBlocker) return [];
  return releases.flatMap((release) => {
    const blocker = release && releaseBlocker(release, metadata.name, journal);
    if (!blocker) return [];
    if (release.package !== undefined) return [blocker];
    const adopt = commandLine(context, `cap install ${metadata.name} --adopt --plan`);
    return [{ ...blocker, next: [adopt, ...(blocker.next ?? [])] }];
  });
}

/** Charts that only describe the real ones, where pods really run. */
export function standInBlockers(
  context: InstallerContext,
  question: PackageQuestion,
  units: readonly AnyPreparedUnit[],
): PlanBlocker[] {
  const { metadata, facts, allowStandIns } = question;
  if (allowStandIns || facts.cluster.simulated) return [];
  return units.flatMap((unit) => {
    if (unit.type !== 'helm' || !unit.chart.standIn) return [];
    const { name, version } = unit.chart;
    return [
      {
        code: INSTALLER_CODES.standIn,
        message: `The chart ${name} ${version} is a stand-in, and this cluster runs real pods.`,
        hint: 'A stand-in has the shape of the real chart without its programs: nothing would work. Use a center whose mirrors have the real chart, or say that you want it.',
        next: [commandLine(context, `cap install ${metadata.name} --allow-stand-ins`)],
      },
    ];
  });
}
