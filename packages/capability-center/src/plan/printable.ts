import type { UninstallPlan } from '../uninstall/types.ts';
import type { FieldChange } from './object-diff.ts';
import { maskValues, secretsIn } from './secret-values.ts';
import type { InstallPlan, PackagePlan, UnitPlan } from './types.ts';

/**
 * The plan as it is shown to people and written to files: values that a package's schema marks with `writeOnly: true` or
 * `format: password` are hidden, also where they come out in the fields of rendered objects. The plan that is recorded in
 * the cluster, as a Secret, keeps them: it must be possible to carry it out.
 */
export function printablePlan(plan: InstallPlan): InstallPlan {
  const schemas = new Map(plan.packages.map(({ name, metadata }) => [name, metadata.config.schema]));
  return {
    ...plan,
    goals: plan.goals.map((goal) =>
      goal.values ? { ...goal, values: maskValues(goal.values, schemas.get(goal.package)) } : goal,
    ),
    packages: plan.packages.map(printablePackage),
  };
}

/** The same of a removal's plan, which holds its packages as they were installed. */
export function printableRemoval(plan: UninstallPlan): UninstallPlan {
  const packages = plan.packages.map((removal) => ({ ...removal, planned: printablePackage(removal.planned) }));
  return { ...plan, packages };
}

function printablePackage(planned: PackagePlan): PackagePlan {
  const { schema } = planned.metadata.config;
  const secrets = secretsIn(planned.values, schema);
  return {
    ...planned,
    values: maskValues(planned.values, schema),
    units: secrets.length > 0 ? planned.units.map((unit) => withoutSecrets(unit, secrets)) : planned.units,
  };
}

function withoutSecrets<T extends UnitPlan>(unit: T, secrets: readonly string[]): T {
  const objects = unit.objects.map(({ changes, ...object }) =>
    changes ? { ...object, changes: changes.map((change) => hideIn(change, secrets)) } : object,
  );
  return { ...unit, objects };
}

function hideIn(change: FieldChange, secrets: readonly string[]): FieldChange {
  const text = JSON.stringify([change.before, change.after]);
  const shown = secrets.some((secret) => text.includes(JSON.stringify(secret).slice(1, -1)));
  return shown ? { path: change.path, hidden: true } : change;
}
