import type { ReactNode } from 'react';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Badge, Problem } from '../../ui/components.tsx';
import { STEPS, type Step } from './composition.ts';
import { useCost } from './preview-panel.tsx';
import type { Preview } from './use-preview.ts';

/** The four steps with their error counts. */
export function Stages({ step, go, wrong }: { step: Step; go: (step: Step) => void; wrong: number[] }) {
  const { say, number } = useLocale();
  return (
    <nav aria-label={say('stages')}>
      <ol className="stages">
        {STEPS.map((each, index) => (
          <li key={each}>
            <button type="button" aria-current={each === step ? 'step' : undefined} onClick={() => go(each)}>
              <span>{number(index + 1)}</span> {say(each)}{' '}
              {wrong[index] ? <Badge tone="bad">{say('toCorrect', { n: number(wrong[index]) })}</Badge> : null}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

type SummaryProps = {
  preview: Preview | undefined;
  behind: boolean;
  sendAt: string | null;
  wrong: number;
  keeping: { done: boolean | null; error: unknown };
  step: Step;
  go: (step: Step) => void;
  children: ReactNode;
};

/** The footer: totals, saved state, next and previous step. */
export function Summary({ preview, behind, sendAt, wrong, keeping, step, go, children }: SummaryProps) {
  const { say, number, moment } = useLocale();
  const costOf = useCost();
  const kept = preview && preview.recipients.kept > 0 ? preview : null;
  const at = STEPS.indexOf(step);
  const [before, next] = [STEPS[at - 1], STEPS[at + 1]];
  const warnings = preview?.warnings.length ?? 0;
  return (
    <section className="summary" aria-label={say('sums')} aria-busy={behind}>
      <dl>
        {[
          [say('recipients'), kept ? number(kept.recipients.kept) : '–'],
          [say('smsWord'), kept ? number(kept.segments.total) : '–'],
          [say('cost'), costOf(preview)],
          [say('sendTime'), sendAt === null ? say('atOnceShort') : moment(sendAt)],
        ].map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <p role="status">
        {wrong > 0 ? <Badge tone="bad">{say('toCorrect', { n: number(wrong) })}</Badge> : null}{' '}
        {warnings > 0 ? <Badge tone="wait">{say('warnings', { n: number(warnings) })}</Badge> : null}{' '}
        {keeping.done === null ? null : <span className="hint">{say(keeping.done ? 'draftKept' : 'draftKeeping')}</span>}
      </p>
      <Problem error={keeping.error} />
      <div className="row start">
        {children}
        {before === undefined ? null : <Action onPress={() => go(before)}>{say('stepBack')}</Action>}
        {next === undefined ? null : (
          <Action kind={next === 'review' ? 'main' : 'plain'} onPress={() => go(next)}>
            {say('stepNext')}
          </Action>
        )}
      </div>
    </section>
  );
}
