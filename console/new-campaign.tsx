import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { Checkbox, Form, Label, Radio, RadioGroup, Text } from 'react-aria-components';
import { freshKey, refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Meter } from './meter.tsx';
import { Action, Field, Problem } from './parts.tsx';
import { PhonePreview } from './phone-preview.tsx';
import { asRecipients, mergedWith, numberColumnOf, readRecipients } from './recipients.ts';
import { RecipientsField } from './recipients-field.tsx';
import { session } from './session.ts';

type Route = 'premium' | 'lowcost';
const isRoute = (value: string): value is Route => value === 'premium' || value === 'lowcost';
const SHOWN = 3;

export function NewCampaignPage() {
  const { say, number } = useLocale();
  const { data: who } = useQuery(session);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [route, setRoute] = useState<Route>('premium');
  const [withReplies, setWithReplies] = useState(true);
  const [sender, setSender] = useState('');
  const [simulation, setSimulation] = useState(false);
  const [list, setList] = useState('');
  const [chosenColumn, setChosenColumn] = useState<string | null>(null);
  const read = useMemo(() => readRecipients(list), [list]);
  const column = chosenColumn !== null && read.columns.includes(chosenColumn) ? chosenColumn : numberColumnOf(read);
  const recipients = useMemo(() => asRecipients(read, column), [read, column]);
  const shown = recipients.slice(0, SHOWN).map((values) => ({ to: values.to, ...mergedWith(text, values) }));
  const key = useRef(freshKey());

  const send = useMutation({
    mutationFn: async () => {
      const premium = route === 'premium';
      const response = await v1.campaigns.$post({
        header: { 'idempotency-key': key.current },
        json: {
          name,
          text,
          route,
          simulation,
          recipients,
          withReplies: premium && withReplies,
          ...(premium && !withReplies && sender !== '' ? { sender } : {}),
        },
      });
      if (response.status === 202) return response.json();
      key.current = freshKey();
      throw await refusalOf(response);
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['campaigns'] });
      await navigate({ to: '/campaigns/$id', params: { id } });
    },
  });

  return (
    <div className="page">
      <h1>{say('newCampaign')}</h1>
      <Form
        className="composer"
        onSubmit={(event) => {
          event.preventDefault();
          if (!send.isPending) send.mutate();
        }}
      >
        <div>
          <Field label={say('name')} required value={name} onChange={setName} />
          <RadioGroup className="choices" value={route} onChange={(value) => isRoute(value) && setRoute(value)}>
            <Label>{say('route')}</Label>
            <Radio value="premium">
              <span className="dot" aria-hidden="true" /> {say('premium')}
            </Radio>
            <Radio value="lowcost">
              <span className="dot" aria-hidden="true" /> {say('lowcost')}
            </Radio>
            <Text slot="description">{say(route === 'premium' ? 'routePremiumHint' : 'routeLowcostHint')}</Text>
          </RadioGroup>
          {route === 'premium' ? (
            <>
              <Checkbox className="check" isSelected={withReplies} onChange={setWithReplies}>
                <span className="box" aria-hidden="true" />{' '}
                {say(who?.account?.platform === 'v0' ? 'withRepliesV0' : 'withReplies')}
              </Checkbox>
              {withReplies ? (
                <p className="hint">{say('withRepliesHint')}</p>
              ) : (
                <Field label={say('sender')} hint={say('senderHint')} value={sender} onChange={setSender} />
              )}
            </>
          ) : null}
          <Field label={say('message')} hint={say('messageHint')} required rows={5} value={text} onChange={setText} />
          <Meter text={shown[0]?.text ?? text} />
          <RecipientsField list={list} change={setList} read={read} column={column} chooseColumn={setChosenColumn} />
          <Checkbox className="check" isSelected={simulation} onChange={setSimulation}>
            <span className="box" aria-hidden="true" /> {say('simulation')}
          </Checkbox>
          <Problem error={send.error} />
          <Action kind="main" type="submit" isDisabled={send.isPending || recipients.length === 0}>
            {send.isPending ? say('sending') : say('sendCampaign', { n: number(recipients.length) })}
          </Action>
        </div>
        <PhonePreview messages={text === '' ? [] : shown} />
      </Form>
    </div>
  );
}
