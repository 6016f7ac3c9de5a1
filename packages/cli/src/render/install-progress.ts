import type { ProgressEvent } from '@capstan/capability-center';
import type { Progress } from './progress.ts';

type StepEvent = Extract<ProgressEvent, { readonly step: string }>;

/** Shows an installation or removal: one line for each step, with what it waits for. */
export function installProgress(progress: Progress): (event: ProgressEvent) => void {
  /** The text under which each step began, so that its notes stay on its line. */
  const begun = new Map<string, string>();
  const showStep = (event: StepEvent): void => {
    const step = `${event.package ?? ''}/${event.step}`;
    if (event.type !== 'note') begun.set(step, event.text);
    const text = begun.get(step) ?? event.step;
    const of = event.package === undefined ? '' : `${event.package}: `;
    const remark = event.type === 'note' ? `: ${event.text}` : '';
    progress.update(`${step}/${text}`, of + text + remark, event.type === 'done' ? 'done' : 'running');
  };
  return (event) => {
    if (event.type === 'warning') progress.note(`warning: ${event.text}`);
    else if (event.type !== 'journal') showStep(event);
  };
}
