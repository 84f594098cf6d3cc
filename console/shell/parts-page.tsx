import { Inbox, Megaphone, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../ui/avatar.tsx';
import { Action, Badge, Check, Choice, Copy, Empty, Field, IconAction, Problem, Skeleton } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Hit } from '../ui/highlight.tsx';
import { Facts, Table, Tile, whenShort } from '../ui/list.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { toast } from '../ui/toast.tsx';

const TONES = ['plain', 'good', 'busy', 'wait', 'bad', 'plan'] as const;
const KINDS = ['main', 'plain', 'ghost', 'danger', 'link'] as const;
const ROWS = [
  { name: 'Marché de Noël', state: 'good', total: 1204 },
  { name: 'Soldes d’hiver', state: 'plan', total: 38 },
] as const;

/** Every part that pages are made of, for who builds them: names here are examples, and in no dictionary. */
export function PartsPage() {
  const [text, setText] = useState('');
  const [yes, setYes] = useState(true);
  const [one, setOne] = useState<'a' | 'b'>('a');
  return (
    <div className="page" lang="fr">
      <h1>Parts</h1>
      <div className="row start">
        {KINDS.map((kind) => (
          <Action key={kind} kind={kind} onPress={() => toast(kind, () => toast('undone'))}>
            {kind}
          </Action>
        ))}
        <Action isDisabled>disabled</Action>
        <IconAction icon={Trash2} label="icon" act={() => {}} />
        <Copy value="copied" />
        <MenuButton
          named
          label="Menu"
          groups={[
            { name: 'Group', items: [{ text: 'Entry', icon: Megaphone, act: () => {} }] },
            { items: [{ text: 'Danger', icon: Trash2, danger: true, act: () => {} }] },
          ]}
        >
          Menu
        </MenuButton>
        <ConfirmButton
          label="Dialog"
          question="Are you sure?"
          act={{ mutateAsync: () => Promise.resolve(), isPending: false, error: null }}
        />
      </div>
      <div className="row start">
        {TONES.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
        <span className="count">12</span>
        <span className="chip">chip</span>
        {['Léa Martin', 'Hugo', 'zoe@boulangerie.example', '+33612345678', 'Adam B'].map((name) => (
          <Avatar key={name} name={name} />
        ))}
      </div>
      <div className="card">
        <h2>Card</h2>
        <div className="fields">
          <Field label="Field" hint="Hint" value={text} onChange={setText} />
          <Field label="Long field" rows={2} value={text} onChange={setText} />
          <Choice
            label="Choice"
            value={one}
            onChange={setOne}
            options={[
              { value: 'a', label: 'One' },
              { value: 'b', label: 'Other' },
            ]}
          />
          <Check label="Check" value={yes} onChange={setYes} />
        </div>
        <p className="notice">Notice</p>
        <Problem error={new Error('network')} retry={() => {}} />
      </div>
      <dl className="facts tiles">
        <Tile name="Tile" value="1 204" hint="98,2 %" />
        <Tile name="Trouble" value="3" tone="bad" />
      </dl>
      <Facts facts={[['Fact', 'value']]} />
      <p>
        <Hit text="Le parking est-il ouvert ?" search="parking" />
      </p>
      <Table
        label="Table"
        rows={[...ROWS]}
        keyOf={({ name }) => name}
        columns={[
          { name: 'Name', long: true, cell: ({ name }) => name },
          { name: 'State', cell: ({ state }) => <Badge tone={state}>{state}</Badge> },
          { name: 'Date', cell: () => whenShort(new Date().toISOString()) },
          { name: 'Total', figure: true, cell: ({ total }) => total },
        ]}
      />
      <Skeleton rows={4} />
      <Empty icon={Inbox} title="Empty" hint="What will be here, and how to get it.">
        <Action kind="main">Begin</Action>
      </Empty>
    </div>
  );
}
