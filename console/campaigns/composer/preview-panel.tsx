import { Link } from '@tanstack/react-router';
import { Faults } from '../../ui/faults.tsx';
import { Facts, Table } from '../../ui/list.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Badge } from '../../ui/components.tsx';
import { phoneText } from '../../ui/phone-text.ts';
import type { Trouble } from './troubles.ts';
import type { Preview } from './use-preview.ts';

type Reach = Preview['countries'][number];

type VerdictProps = { preview: Preview | undefined; troubles: Omit<Trouble, 'place'>[]; warnings?: boolean };

/** Refusals and warnings, each with its remedy. */
export function Verdict({ preview, troubles, warnings = false }: VerdictProps) {
  const { say, sayOr, number, time } = useLocale();
  const { quietHours } = preview ?? {};
  const values = {
    sender: preview?.sender.given ?? '',
    held: number(quietHours?.held ?? 0),
    until: quietHours?.until ? time(quietHours.until) : '',
  };
  return (
    <>
      {troubles.map(({ code, detail, errors }) => (
        <div key={`${code} ${detail} ${errors[0]?.field}`} role="alert" className="problem">
          <p>
            <strong>{sayOr(`refused.${code}`, detail, values)}</strong>
          </p>
          {SPOKEN.has(code) ? null : <Faults faults={errors} />}
          {code === 'no-reply-code' ? <Link to="/settings/numbers">{say('rentNumber')}</Link> : null}
        </div>
      ))}
      {(warnings ? (preview?.warnings ?? []) : []).map(({ code, detail }) => {
        const kind = code === 'quiet-hours' && quietHours && quietHours.held > 0 ? 'quiet-held' : code;
        return (
          <div key={code} className="notice">
            <p>{sayOr(`warned.${kind}`, detail, values)}</p>
            {code === 'quiet-hours' && quietHours ? <Quiet notes={quietHours.notes} /> : null}
          </div>
        );
      })}
    </>
  );
}
/** Refusals whose faults add nothing. */
const SPOKEN = new Set([
  'two-way-off',
  'no-carrier',
  'sender-missing',
  'sender-invalid',
  'sender-generic',
  'sender-unregistered',
  'placeholder-without-replies',
  'brand-without-code',
  'number-not-rented',
  'lowcost-marketing',
]);

function Quiet({ notes }: { notes: Preview['quietHours']['notes'] }) {
  const { say, sayOr, number } = useLocale();
  return (
    <ul>
      {notes.map(({ kind, name, recipients }) => (
        <li key={`${kind} ${name}`}>
          {say('quiet.count', { when: sayOr(`quiet.${kind}`, name, { name }), n: number(recipients) })}
        </li>
      ))}
    </ul>
  );
}

/** The price; null when none is set. */
export function useCost(): (preview: Preview | undefined) => string | null {
  const { money } = useLocale();
  return (preview) => {
    if (!preview || preview.recipients.kept === 0) return '–';
    return preview.cost === null ? null : money(preview.cost);
  };
}

type SumsProps = { preview: Preview; name?: string; sendAt?: string | null };

/** Recipients, SMS, cost, and who can reply by country. `sendAt` undefined: shown elsewhere. */
export function Sums({ preview, name, sendAt }: SumsProps) {
  const { say, number, country, time } = useLocale();
  const costOf = useCost();
  const { recipients, segments, stopMention, sender, forcing } = preview;
  const some = (value: number): string | null => (value === 0 ? null : number(value));
  return (
    <>
      <Facts
        facts={[
          [say('name'), name],
          [say('recipients'), number(recipients.kept)],
          [say('segments'), number(segments.total)],
          [say('cost'), costOf(preview)],
          [say('seenSender'), sender.became === null ? null : phoneText(sender.became)],
          [say('sendTime'), sendAt === undefined ? null : sendAt === null ? say('atOnce') : time(sendAt)],
          [say('duplicatesRemoved'), some(recipients.duplicatesRemoved)],
          [say('optedOutCount'), some(recipients.optedOut)],
          [say('stopAdded'), some(stopMention.added)],
          [
            say('forcingList'),
            forcing.length === 0
              ? null
              : forcing.map(({ character, messages }) => (
                  <span key={character}>
                    <mark>{character}</mark> {number(messages)}{' '}
                  </span>
                )),
          ],
        ]}
      />
      {preview.countries.length === 0 ? null : (
        <Table
          label={say('byCountry')}
          rows={preview.countries}
          keyOf={(each) => each.country}
          columns={[
            { name: say('country'), cell: (each) => country(each.country) },
            { name: say('recipients'), figure: true, cell: (each) => number(each.recipients) },
            { name: say('repliesWord'), cell: (each) => <CanReply {...each} /> },
          ]}
        />
      )}
    </>
  );
}

function CanReply({ recipients, canReply, answer }: Reach) {
  const { say, number } = useLocale();
  if (canReply === 0) {
    return (
      <>
        <Badge tone="bad">{say('canNot')}</Badge> <Link to="/settings/numbers">{say('rentNumber')}</Link>
      </>
    );
  }
  const word = answer === 'unknown' ? 'canPerhaps' : 'can';
  return (
    <>
      <Badge tone={answer === 'unknown' ? 'plain' : 'good'}>{say(word)}</Badge>{' '}
      {canReply < recipients ? say('canSome', { n: number(canReply) }) : null}
    </>
  );
}

/** The text with its proposed replacements. */
export function Optimised({ text, optimised }: { text: string; optimised: NonNullable<Preview['optimised']> }) {
  const { say, number } = useLocale();
  const plain = new Map(optimised.changes.map(({ from, to }) => [from, to]));
  // The longest match first: alternatives are tried in order.
  const parts = text.split(new RegExp(`(${[...plain.keys()].toSorted((a, b) => b.length - a.length).join('|')})`));
  return (
    <div className="notice">
      <p>{say('optimiseSaves', { n: number(optimised.saved) })}</p>
      <p className="bubble" dir="auto">
        {parts.map((part, at) => {
          const to = plain.get(part);
          const key = `${at} ${part}`;
          if (to === undefined) return <span key={key}>{part}</span>;
          return (
            <span key={key}>
              <del>{part}</del>
              <ins>{to}</ins>
            </span>
          );
        })}
      </p>
    </div>
  );
}
