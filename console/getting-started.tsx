import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { PartyPopper } from 'lucide-react';
import type { InferResponseType } from 'hono/client';
import { useRef, useState, type ReactNode } from 'react';
import { ask, freshKey, Refusal, v1 } from './api.ts';
import { AskTwoWay } from './accounts/ask-two-way.tsx';
import { useAccount, useAct } from './query-hooks.ts';
import type { Account } from './campaigns/composer/draft-model.ts';
import { Loaded } from './ui/list.tsx';
import { useLocale } from './i18n/locale.tsx';
import { Action, Field, Problem, SubmitForm } from './ui/components.tsx';
import { phoneText } from './ui/phone-text.ts';
import './campaigns/campaigns.css';

const LOOK_MS = 500;
/** States of a message that arrived. */
const ARRIVED = new Set(['accepted', 'delivered']);

type Phones = InferResponseType<typeof v1.simulation.$get, 200>['phones'];

/** The trial campaign in the address, or an earlier one. */
function useTrial(): string | undefined {
  const { say } = useLocale();
  const { campaign } = useSearch({ from: '/start' });
  const search = say('firstCampaign');
  const before = useQuery({
    queryKey: ['campaigns', 'trial', search],
    queryFn: () => ask(v1.campaigns.$get({ query: { limit: '1', search } })),
    enabled: campaign === undefined,
  });
  return campaign ?? before.data?.items[0]?.id;
}

/** Guides a new account to its first reply. */
export function StartPage() {
  const { say } = useLocale();
  const campaign = useTrial();
  const account = useAccount();
  const replies = useQuery({
    queryKey: ['replies', 'campaign', campaign],
    queryFn: () => ask(v1.replies.$get({ query: { campaign: campaign ?? '', limit: '20' } })),
    enabled: campaign !== undefined,
  });
  const replied = (replies.data?.items.length ?? 0) > 0;
  const simulation = useQuery({ queryKey: ['simulation'], queryFn: () => ask(v1.simulation.$get()) });
  return (
    <div className="page">
      <h1>{say('firstSteps')}</h1>
      {replied ? (
        <p role="status" className="standing good">
          <PartyPopper aria-hidden="true" /> {say('firstReplyCame')}
        </p>
      ) : (
        <p>{say('firstStepsHint')}</p>
      )}
      <AskTwoWay />
      <Loaded of={account}>
        {(known) => (
          <Loaded of={simulation}>
            {({ phones }) => (
              <ol className="steps">
                <Step title={say('stepSend')} done={campaign !== undefined}>
                  {campaign === undefined ? <SendStep account={known} phones={phones} /> : null}
                </Step>
                <Step title={say('stepAnswer')} done={replied} after={campaign === undefined}>
                  {campaign === undefined ? null : <AnswerStep campaign={campaign} phones={phones} />}
                </Step>
                <Step title={say('stepReply')} done={replied} after={campaign === undefined}>
                  {campaign === undefined ? null : <ReplyStep replies={replies} chat={known.platform === 'v2'} />}
                </Step>
                <Step title={say('stepElsewhere')}>
                  <p>{say('stepElsewhereHint')}</p>
                  <Link to="/settings/callback" className="button plain">
                    {say('stepElsewhereNow')}
                  </Link>
                </Step>
                <Step title={say('stepOwn')}>
                  <Link to="/campaigns/new" className={`button ${replied ? 'main' : 'plain'}`}>
                    {say('newCampaign')}
                  </Link>
                </Step>
              </ol>
            )}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

type StepProps = { title: string; done?: boolean; after?: boolean; children: ReactNode };

/** `after`: waits for the first step. */
const Step = ({ title, done = false, after = false, children }: StepProps) => {
  const { say } = useLocale();
  return (
    <li className={done ? 'done' : ''}>
      <h2>{title}</h2>
      {after ? <p className="hint">{say('afterFirstStep')}</p> : children}
    </li>
  );
};

function SendStep({ account, phones }: { account: Account; phones: Phones }) {
  const { say } = useLocale();
  const navigate = useNavigate();
  const [own, setOwn] = useState('');
  const [text, setText] = useState(say('stepSendText'));
  const key = useRef(freshKey());
  const simulated = phones.length > 0;
  const send = useAct(
    () =>
      ask(
        v1.campaigns.$post({
          header: { 'idempotency-key': key.current },
          json: {
            name: say('firstCampaign'),
            text,
            route: 'premium',
            withReplies: true,
            purpose: 'transactional',
            recipients: (simulated ? phones : [own]).map((to) => ({ to })),
            ...(account.platform === 'v0' ? { sender: '12345' } : {}),
          },
        }),
      ),
    ['campaigns'],
    ({ id }) => void navigate({ to: '/start', search: { campaign: id } }),
  );
  return (
    <SubmitForm
      act={() => {
        // A lost response may hide a success: same key.
        if (send.error instanceof Refusal) key.current = freshKey();
        if (!send.isPending) send.mutate();
      }}
    >
      <p>{say(simulated ? 'stepSendSimulated' : 'stepSendReal')}</p>
      {simulated ? null : <Field label={say('testPhone')} type="tel" autoComplete="tel" required value={own} onChange={setOwn} />}
      <Field label={say('message')} required rows={3} value={text} onChange={setText} />
      <Problem error={send.error} />
      <div className="row start">
        <Action kind="main" type="submit" isDisabled={send.isPending || account.twoWay !== 'on'}>
          {say('stepSendNow')}
        </Action>
        {account.twoWay === 'on' ? null : (
          <span className="hint">{say(account.twoWay === 'requested' ? 'stepWaitsForTwoWay' : 'stepNeedsTwoWay')}</span>
        )}
      </div>
    </SubmitForm>
  );
}

function AnswerStep({ campaign, phones }: { campaign: string; phones: Phones }) {
  const { say } = useLocale();
  const simulated = phones.length > 0;
  const messages = useQuery({
    queryKey: ['campaign', campaign, 'messages'],
    queryFn: () => ask(v1.campaigns[':id'].messages.$get({ param: { id: campaign }, query: { limit: '3' } })),
    refetchInterval: ({ state }) => (state.data?.items.every((each) => ARRIVED.has(each.state)) ? false : LOOK_MS),
  });
  return (
    <>
      <p>{say(simulated ? 'stepAnswerSimulated' : 'stepAnswerReal')}</p>
      <Loaded of={messages}>
        {({ items }) => (
          <div className="phones">
            {items.map(({ id, to, sender, text, state }) => (
              <section key={id} className="phone" aria-label={say('phoneOf', { phone: phoneText(to) })}>
                <h3>{phoneText(to)}</h3>
                {ARRIVED.has(state) ? (
                  <>
                    <p className="meta">{phoneText(sender)}</p>
                    <p className="bubble" dir="auto">
                      {text}
                    </p>
                    <Thumbs phone={phones.find((phone) => phone === to)} />
                  </>
                ) : (
                  <p role="status">{say('arriving')}</p>
                )}
              </section>
            ))}
          </div>
        )}
      </Loaded>
    </>
  );
}

function Thumbs({ phone }: { phone: Phones[number] | undefined }) {
  const { say } = useLocale();
  const press = useAct(async (text: string) => phone && ask(v1.simulation.replies.$post({ json: { phone, text } })), ['replies']);
  if (!phone) return null;
  return (
    <>
      <div className="row start">
        {[say('saysYes'), say('saysNo')].map((text) => (
          <Action key={text} isDisabled={press.isPending} onPress={() => press.mutate(text)}>
            {say('presses', { text })}
          </Action>
        ))}
      </div>
      <Problem error={press.error} />
    </>
  );
}

type Replies = { data: InferResponseType<typeof v1.replies.$get, 200> | undefined; error: unknown; refetch: () => unknown };

function ReplyStep({ replies, chat }: { replies: Replies; chat: boolean }) {
  const { say, time } = useLocale();
  return (
    <Loaded of={replies}>
      {({ items }) => (
        <div aria-live="polite">
          {items.length === 0 ? <p>{say('stepReplyWaiting')}</p> : null}
          <ul className="rows">
            {items.map(({ id, from, text, receivedAt, conversationId }) => (
              <li key={id}>
                <span>
                  <strong>{phoneText(from)}</strong> <span dir="auto">{text}</span>
                </span>
                <time dateTime={receivedAt}>{time(receivedAt)}</time>
                {chat && conversationId ? (
                  <Link to="/chat/$id" params={{ id: conversationId }}>
                    {say('openReply')}
                  </Link>
                ) : (
                  <Link to="/replies">{say('openHistory')}</Link>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Loaded>
  );
}
