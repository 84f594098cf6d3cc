import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../../api.ts';
import { senderKindOf, sendersFor, type Account, type Composed, type SenderKind } from './draft-model.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Check, Choice, Field } from '../../ui/components.tsx';
import { phoneText } from '../../ui/phone-text.ts';
import { Radios } from '../../ui/segments.tsx';
import type { Word } from '../../i18n/fr/index.ts';

type Change = (part: Partial<Composed>) => void;
type Props = { composed: Composed; change: Change; account: Account; numbers: string[] };

export function useNumbers(): string[] {
  const rented = useQuery({ queryKey: ['numbers'], queryFn: () => ask(v1.numbers.$get({ query: { limit: '200' } })) });
  return rented.data?.items.filter(({ kind }) => kind === 'virtual').map(({ number }) => number) ?? [];
}

/** Route, replies and sender, each with its effect on replies. */
export function RouteChoice(props: Props) {
  const { say } = useLocale();
  const { composed, change } = props;
  return (
    <>
      <Radios
        label={say('route')}
        value={composed.route}
        onChange={(route) => change({ route })}
        options={(['premium', 'lowcost'] as const).map((value) => ({ value, label: say(value), hint: say(`${value}Means`) }))}
      />
      {composed.route === 'premium' ? (
        <>
          <Replies {...props} />
          <Sender {...props} />
        </>
      ) : null}
    </>
  );
}

function Replies({ composed, change, account }: Props) {
  const { say } = useLocale();
  if (account.platform === 'v2') {
    return (
      <Check
        label={say('withReplies')}
        hint={say(composed.withReplies ? 'withRepliesMeans' : 'withoutRepliesMeans')}
        value={composed.withReplies}
        onChange={(withReplies) => change({ withReplies })}
      />
    );
  }
  return (
    <Radios
      label={say('receiveReplies')}
      hint={say(composed.withReplies ? 'withRepliesMeansV0' : 'withoutRepliesMeans')}
      value={composed.withReplies ? 'yes' : 'no'}
      onChange={(value) => change({ withReplies: value === 'yes' })}
      options={[
        { value: 'yes', label: say('receiveYes') },
        { value: 'no', label: say('receiveNo') },
      ]}
    />
  );
}

const LABELS: Record<SenderKind, Word> = {
  default: 'senderDefault',
  code: 'senderCode',
  name: 'senderName',
  number: 'senderNumber',
};

function Sender({ composed, change, account, numbers }: Props) {
  const { say } = useLocale();
  const kinds = sendersFor(composed, account, numbers);
  const kind = senderKindOf(composed, account, numbers);
  const named = kind === 'name' || (kind === 'code' && composed.allowUnreachable && account.platform === 'v2');
  return (
    <>
      {kinds.length > 1 ? (
        <Choice
          label={say('sender')}
          value={kind}
          onChange={(senderKind) => change({ senderKind })}
          options={kinds.map((value) => ({ value, label: say(LABELS[value], { sender: account.defaultSender ?? '' }) }))}
        />
      ) : null}
      {kind === 'number' ? (
        <Choice
          label={say('number')}
          value={composed.senderNumber === '' ? (numbers[0] ?? '') : composed.senderNumber}
          onChange={(senderNumber) => change({ senderNumber })}
          options={numbers.map((value) => ({ value, label: phoneText(value) }))}
        />
      ) : null}
      {named ? (
        <Field
          label={say(kind === 'code' ? 'senderElsewhere' : kinds.length > 1 ? 'senderName' : 'sender')}
          hint={say(composed.withReplies && kind === 'name' ? 'senderWithCode' : 'senderHint')}
          value={composed.senderName}
          onChange={(senderName) => change({ senderName })}
        />
      ) : null}
    </>
  );
}
