import {
  type ApplicationConfiguration,
  type DataPassing,
  type HistoryWorkload,
  OAM_LABELS,
  resolveDataPassing,
} from '@capstan/oam-model';
import { historyWorkloads } from '../revisions/workload-name.ts';
import { type ComposedComponent, composeComponent, slotOf } from './compose.ts';
import { dependencyWaits, holdBack } from './dependencies.ts';
import { type ReadApplication, readApplication } from './entries.ts';
import { assessComponent } from './health.ts';
import { inOrder } from './leaving.ts';
import type { Decision, DecisionProblem, ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import { planObjects } from './plan.ts';
import type { Report } from './problems.ts';
import { type PrunePlan, planPrune } from './prune.ts';
import { type RenderedComponent, renderComponent, type Waits } from './render.ts';
import { applyRules } from './rules.ts';
import { decideScopes } from './scopes.ts';

/**
 * What is to be done about an application: pure, so that the controller, `capstan render` and tests get the same
 * answer from the same facts. Problems are collected, not thrown; with any of them nothing may be applied or deleted.
 */
export function decideApplication(observed: ObservedApplication): Decision {
  const problems: DecisionProblem[] = [];
  const report = (problem: DecisionProblem) => problems.push(problem);
  const read = readApplication(observed, report);
  if (read.awaited.length > 0) return nothing(problems, read);
  const stated = read.entries.flatMap((entry) => composeComponent(observed, read.application, entry, report) ?? []);
  const { components: composed, warnings } = applyRules(stated, read.catalog, report);
  const passed = passData(observed, read.application, composed, report);
  const waits = dataWaits(passed);
  const rendered = composed.flatMap((component) => {
    return renderComponent(observed, filled(component, passed), waits, report) ?? [];
  });
  const planned = planObjects(observed, rendered, report);
  const assessed = rendered.map((component) => assessComponent(observed, component));
  // What is missing already has been told; that nobody can wait for it need not be.
  const dependencies = problems.length > 0 ? [] : dependencyWaits(observed, rendered, assessed);
  const held = holdBack(rendered, planned, dependencies);
  const scopes = decideScopes(observed, read.application, held.components, report);
  const prune = problems.length > 0 ? NO_PRUNE : planPrune(observed, held.objects, held.components);
  const ordered = inOrder(observed, held, prune);
  return {
    application: read.application,
    problems,
    warnings: [...read.warnings, ...warnings, ...rendered.flatMap(({ leftOut }) => leftOut)],
    awaited: [],
    components: ordered.components.map((component) => assessComponent(observed, component)),
    objects: ordered.objects,
    unsatisfied: [...passed.unsatisfied, ...held.unsatisfied],
    stores: passed.storeWrites.map(({ store, parts }) => ({
      store,
      parts: parts.map((part) => ({ ...part, source: keyOfSlot(held.components, part.source) })),
    })),
    scopes,
    history: held.components.flatMap((component) => historyOf(observed, read.application, component)),
    leaving: ordered.leaving,
    claims: ordered.claims,
    retained: ordered.retained,
    prune: ordered.prune,
    rendered: ordered.components,
  };
}

const NO_PRUNE: PrunePlan = { retained: [], prune: [], claims: [] };

function nothing(problems: readonly DecisionProblem[], { application, warnings, awaited }: ReadApplication): Decision {
  return {
    application,
    problems,
    warnings,
    awaited,
    components: [],
    objects: [],
    unsatisfied: [],
    stores: [],
    scopes: { wanted: [], writes: [] },
    history: [],
    leaving: [],
    claims: [],
    retained: [],
    prune: [],
    rendered: [],
  };
}

/** Data that the objects of the application offer one another, and that they wait for. */
function passData(
  observed: ObservedApplication,
  application: ApplicationConfiguration,
  components: readonly ComposedComponent[],
  report: Report,
): DataPassing {
  const slots = components.map((component) => {
    const { entry } = component.resolved;
    const stated = (entry.traits ?? []).filter(({ trait }) => trait);
    const passing = ({ dataInputs, dataOutputs }: Pick<typeof entry, 'dataInputs' | 'dataOutputs'>) => ({
      ...(dataInputs ? { dataInputs } : {}),
      ...(dataOutputs ? { dataOutputs } : {}),
    });
    return {
      workload: { key: slotOf(component), object: component.workload, ...passing(entry) },
      traits: component.traits.map(({ object }, at) => ({
        key: slotOf(component, at),
        object,
        ...passing(stated[at] ?? {}),
      })),
    };
  });
  const own = new Set(
    slots.flatMap(({ workload, traits }) => [workload, ...traits].map(({ object }) => keyOf(object))),
  );
  const passed = resolveDataPassing({
    application,
    components: slots,
    live: (reference) => {
      const key = objectKey(reference);
      return own.has(key) ? observed.live.get(key) : observed.referred?.get(key);
    },
  });
  for (const { stage, slot, message } of passed.problems) {
    const component = components.find((one) => slot.startsWith(`${one.resolved.index}/`))?.name;
    report({
      reason: 'InvalidDataPassing',
      message,
      ...(component ? { component } : {}),
      ...(stage === 'apply' ? { stage: 'cannot apply components' } : {}),
    });
  }
  return passed;
}

function keyOf({ apiVersion, kind, metadata }: ComposedComponent['workload']): string {
  const { name, namespace } = metadata;
  return objectKey({ apiVersion, kind, name, ...(namespace ? { namespace } : {}) });
}

function dataWaits({ waiting }: DataPassing): Waits {
  return new Map(
    [...waiting].map(([slot, { reason, from }]) => [slot, [`waits for ${from.kind}/${from.name}: ${reason}`]]),
  );
}

/** The component with all that its objects waited for in them. */
function filled(component: ComposedComponent, { objects }: DataPassing): ComposedComponent {
  return {
    ...component,
    workload: objects.get(slotOf(component)) ?? component.workload,
    traits: component.traits.map((trait, at) => ({
      ...trait,
      object: objects.get(slotOf(component, at)) ?? trait.object,
    })),
  };
}

/** The key of the object that stands in a slot. */
function keyOfSlot(components: readonly RenderedComponent[], slot: string): string {
  for (const { composed, workload, traits } of components) {
    if (slotOf(composed) === slot) return keyOf(workload);
    const at = traits.findIndex((_, index) => slotOf(composed, index) === slot);
    if (at >= 0 && traits[at]) return keyOf(traits[at].object);
  }
  return slot;
}

function historyOf(
  observed: ObservedApplication,
  application: ApplicationConfiguration,
  { composed, workload }: RenderedComponent,
): HistoryWorkload[] {
  if (!composed.revisionEnabled) return [];
  const { name: componentName, resolved } = composed;
  const labels = { [OAM_LABELS.application]: application.metadata.name, [OAM_LABELS.component]: componentName };
  const live = observed.labelled?.(workload, labels) ?? [];
  return historyWorkloads({ application, componentName, workload, revisionName: resolved.revision, live });
}
