import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { orNone } from '../../query-hooks.ts';
import { bodyOf, changeOf, draftOf, type Account, type Campaign, type Composed } from './draft-model.ts';
import { ComposerForm } from './composer-form.tsx';
import { Loaded } from '../../ui/list.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem } from '../../ui/components.tsx';
import { useNumbers } from './route-choice.tsx';
import { Schedule } from './schedule.tsx';
import { TestSend } from './test-send.tsx';
import { useDraftPreview } from './use-preview.ts';
import { Judged, seenOf, Writing } from './campaign-fields.tsx';

export function EditDraftPage() {
  const { say } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const account = useQuery({ queryKey: ['account'], queryFn: () => ask(v1.account.$get()) });
  const campaign = useQuery({ queryKey: ['campaign', id], queryFn: () => ask(v1.campaigns[':id'].$get({ param: { id } })) });
  return (
    <div className="page">
      <h1>{say('editCampaign')}</h1>
      <Loaded of={account}>
        {(known) => (
          <Loaded of={campaign}>
            {(found) =>
              found.state === 'draft' || found.state === 'ready' ? (
                <Editor key={id} account={known} campaign={found} />
              ) : (
                <Closed campaign={found} />
              )
            }
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

/** What was sent, or is being looked at, is not written further. */
function Closed({ campaign: { id, state } }: { campaign: Campaign }) {
  const { say } = useLocale();
  return (
    <>
      <p role="alert" className="notice">
        {say(state === 'importing' ? 'draftLookedAt' : 'draftGone')}
      </p>
      <Link to="/campaigns/$id" params={{ id }} className="button plain">
        {say('backToCampaign')}
      </Link>
    </>
  );
}

/** The draft as it was when this was begun; its list stays, and is looked at anew with what is saved. */
function Editor({ account, campaign }: { account: Account; campaign: Campaign }) {
  const { say } = useLocale();
  const { id } = campaign;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const numbers = useNumbers();
  const [composed, setComposed] = useState(() => draftOf(campaign, account));
  const change = (part: Partial<Composed>): void => setComposed((before) => ({ ...before, ...part }));
  const list = useQuery({
    queryKey: ['import', id, 'columns'],
    queryFn: () => orNone(ask(v1.campaigns[':id'].recipients.$get({ param: { id } }))),
  });
  const listed = (list.data?.listed ?? 0) > 0;
  const body = bodyOf(composed, account, numbers);
  const preview = useDraftPreview(id, body, listed);
  const save = useMutation({
    mutationFn: () => ask(v1.campaigns[':id'].$patch({ param: { id }, json: changeOf(body) })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['campaigns'] });
      await queries.invalidateQueries({ queryKey: ['campaign', id] });
      await navigate({ to: '/campaigns/$id', params: { id } });
    },
    // Somebody else may have sent it meanwhile: then this is over.
    onError: () => queries.invalidateQueries({ queryKey: ['campaign', id] }),
  });
  return (
    <ComposerForm act={save} preview={preview.data}>
      <Writing
        composed={composed}
        change={change}
        account={account}
        numbers={numbers}
        columns={list.data?.columns ?? []}
        preview={preview.data}
      />
      <Schedule composed={composed} change={change} account={account} />
      <Judged composed={composed} change={change} account={account} preview={preview.data} />
      <TestSend body={body} text={seenOf(composed, preview.data)} behind={preview.behind} />
      <Problem error={preview.error} />
      <Problem error={save.error} />
      <p className="hint">{say(listed ? 'draftListStays' : 'draftListFollows')}</p>
      <div className="row start">
        <Action kind="main" type="submit" isDisabled={save.isPending}>
          {say('save')}
        </Action>
        <Link to="/campaigns/$id" params={{ id }} className="button plain">
          {say('discard')}
        </Link>
      </div>
    </ComposerForm>
  );
}
