import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { ask, v1 } from '../../api.ts';
import { orNone, useAccount } from '../../query-hooks.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Loaded } from '../../ui/list.tsx';
import { Composer } from './composer.tsx';
import type { Begun } from './use-writing.ts';
import { formOf, type Form } from './composition.ts';
import { composedOf, draftOf, NOTHING_YET, type Account, type Campaign } from './draft-model.ts';
import { NO_RECIPIENTS } from './recipients-source.ts';

const EMPTY: Form = { step: 'message', composed: NOTHING_YET, source: NO_RECIPIENTS, chosen: {} };
const keptForm = async (id: string): Promise<Form> => formOf(await ask(v1.compositions[':id'].$get({ param: { id } })));

/** A new campaign gets its address when it is first saved, on the same page; another address is another campaign. */
export function NewCampaignPage() {
  const { say } = useLocale();
  const search = useSearch({ from: '/campaigns/new' });
  const { from, draft, list, tag } = search;
  const navigate = useNavigate();
  const own = useRef({ id: '', addressed: false, turn: 0 });
  if (draft === undefined && own.current.addressed) own.current = { id: '', addressed: false, turn: own.current.turn + 1 };
  if (draft === own.current.id) own.current.addressed = true;
  const here = draft === undefined || draft === own.current.id;
  const key = here ? `new ${own.current.turn}` : draft;
  const account = useAccount();
  const first = useQuery({
    queryKey: ['composer', key, here ? [from, list, tag] : null],
    queryFn: async (): Promise<Begun> => {
      if (!here) return { id: draft, form: await keptForm(draft), draft: null };
      const before = from === undefined ? null : await ask(v1.campaigns[':id'].$get({ param: { id: from } }));
      const composed = before ? composedOf(before) : NOTHING_YET;
      const source = list ? { kind: 'list' as const, id: list } : tag ? { kind: 'contacts' as const, tag } : NO_RECIPIENTS;
      return { id: null, form: { ...EMPTY, composed, source }, draft: null };
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  const began = (id: string): void => {
    own.current.id = id;
    void navigate({ to: '/campaigns/new', search: { ...search, draft: id }, replace: true });
  };
  return (
    <div className="page">
      <h1>{say('newCampaign')}</h1>
      <Loaded of={account}>
        {(known) => <Loaded of={first}>{(begun) => <Composer key={key} {...begun} account={known} began={began} />}</Loaded>}
      </Loaded>
    </div>
  );
}

export function EditDraftPage() {
  const { say } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const account = useAccount();
  return (
    <div className="page">
      <h1>{say('editCampaign')}</h1>
      <Loaded of={account}>{(known) => <Edited key={id} id={id} account={known} />}</Loaded>
    </div>
  );
}

/** The draft as stored, or as a change was left. */
function Edited({ id, account }: { id: string; account: Account }) {
  const first = useQuery({
    queryKey: ['composer', id],
    queryFn: async (): Promise<Begun & { campaign: Campaign }> => {
      const campaign = await ask(v1.campaigns[':id'].$get({ param: { id } }));
      const list = await orNone(ask(v1.campaigns[':id'].recipients.$get({ param: { id } })));
      const [kept] = (await ask(v1.compositions.$get({ query: { campaign: id } }))).items;
      const [columns, listed] = [list?.columns ?? [], list?.listed ?? 0];
      const source = listed > 0 ? { kind: 'kept' as const } : NO_RECIPIENTS;
      const form = kept ? await keptForm(kept.id) : { ...EMPTY, composed: draftOf(campaign, account), source };
      return { id: kept?.id ?? null, form, draft: { campaign, columns, listed }, campaign };
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <Loaded of={first}>
      {({ campaign, ...begun }) =>
        campaign.state === 'draft' || campaign.state === 'ready' ? (
          <Composer {...begun} account={account} began={() => {}} />
        ) : (
          <Closed campaign={campaign} />
        )
      }
    </Loaded>
  );
}

/** A sent campaign, or one being checked, cannot be edited. */
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
