import { definitionFor } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import type { ApplicationConfiguration, Component } from '../kinds/index.ts';
import { type RuleComponent, ruleComponents } from '../rules/components.ts';
import { evaluateRules } from '../rules/evaluate.ts';
import { describeSource, type RuleObject, type RuleVerdict } from '../rules/verdict.ts';
import { below, type Place, type ValidationContext } from './context.ts';

/** Reports what the rules refuse of a canonical application, each with the rule and the object that it stands in. */
export function checkRules(
  context: ValidationContext,
  root: Place,
  application: ApplicationConfiguration,
  components: ReadonlyMap<string, Component>,
): void {
  const subjects = ruleComponents(application, components, context.catalog);
  for (const verdict of evaluateRules(subjects)) {
    if (verdict.allowed) continue;
    const place = placeOf(root, verdict.object);
    const beside = verdict.other ? besideHint(root, verdict.other) : '';
    context.report(place, [], {
      code: verdict.code,
      message: verdict.message,
      hint: `${whereItStands(verdict)}.${beside}`,
      next: nextSteps(context, verdict, subjects),
    });
  }
}

/** The rule and where it stands; only the place where the message has said the rule. */
function whereItStands({ message, rule, source }: RuleVerdict): string {
  const place = describeSource(source);
  if (!message.includes(rule)) return `${rule} (${place})`;
  return source.kind === 'Capstan' ? place : `The rule stands in ${place}`;
}

function placeOf(root: Place, { index, trait }: RuleObject): Place {
  const entry = below(root, 'spec', 'components', index);
  return trait === undefined ? entry : below(entry, 'traits', trait, 'trait', 'kind');
}

function besideHint(root: Place, other: RuleObject): string {
  const { document, segments, origin } = placeOf(root, other);
  const { line } = document.locate(origin ? origin(segments) : segments);
  return ` The other stands on line ${line}: keep one of the two.`;
}

function nextSteps(context: ValidationContext, verdict: RuleVerdict, subjects: readonly RuleComponent[]): string[] {
  if (verdict.code !== OAM_CODES.traitNotApplicable) return [];
  const workload = subjects.find(({ index }) => index === verdict.object.index)?.workload;
  const match = workload && definitionFor(workload.object, 'workload', context.catalog);
  return match ? [`capstan trait list --applies-to ${match.shortName} --why`] : [];
}
