import { Inbox, Megaphone, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../ui/avatar.tsx';
import { Action, Badge, Check, Choice, Copy, Empty, Field, IconAction, Problem, Skeleton } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Hit } from '../ui/highlight.tsx';
import { ChipChoice } from '../ui/filters/chip-choice.tsx';
import { Over } from '../ui/layout/dialog.tsx';
import { Facts, Table, Tile, whenShort, type Column } from '../ui/list.tsx';
import { Sparkline } from '../ui/tables/sparkline.tsx';
import { Tabbed } from '../ui/layout/tabs.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { toast } from '../ui/toast.tsx';

const TONES = ['plain', 'good', 'busy', 'wait', 'bad', 'plan'] as const;
const KINDS = ['main', 'plain', 'ghost', 'danger', 'link'] as const;
type Row = { name: string; state: (typeof TONES)[number]; total: number };
const ROWS: Row[] = [
  { name: 'Marché de Noël', state: 'good', total: 1204 },
  { name: 'Soldes d’hiver', state: 'plan', total: 38 },
];
const MANY = Array.from({ length: 2000 }, (_, index): Row => ({ name: `Row ${index}`, state: 'plain', total: index }));
const COLUMNS: Column<Row>[] = [
  { name: 'Name', long: true, cell: ({ name }) => name },
  { name: 'State', cell: ({ state }) => <Badge tone={state}>{state}</Badge> },
  { name: 'Date', cell: () => whenShort(new Date().toISOString()) },
  { name: 'Total', figure: true, cell: ({ total }) => total },
];
const OPTIONS = [
  { value: 'a', label: 'One' },
  { value: 'b', label: 'Other' },
] as const;

/** Every component, for developers; its texts are not translated. */
export const PartsPage = () => (
  <div className="page" lang="fr">
    <h1>Parts</h1>
    <Buttons />
    <Signs />
    <Fields />
    <dl className="facts tiles">
      <Tile name="Tile" value="1 204" hint="98,2 %" />
      <Tile name="Trouble" value="3" tone="bad" />
    </dl>
    <Facts facts={[['Fact', 'value']]} />
    <p>
      <Hit text="Le parking est-il ouvert ?" search="parking" /> <Sparkline values={[1, 0.9, 1, 0.4, 0.8, 1]} />
    </p>
    <Views />
    <Skeleton rows={4} />
    <Empty icon={Inbox} title="Empty" hint="What will be here, and how to get it.">
      <Action kind="main">Begin</Action>
    </Empty>
  </div>
);

function Buttons() {
  const [drawn, draw] = useState(false);
  return (
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
      <Action onPress={() => draw(true)}>Drawer</Action>
      {drawn ? (
        <Over side title="Drawer" close={() => draw(false)}>
          <p>Beside the page.</p>
        </Over>
      ) : null}
    </div>
  );
}

function Signs() {
  const [one, setOne] = useState<'a' | 'b'>('a');
  return (
    <div className="row start">
      {TONES.map((tone) => (
        <Badge key={tone} tone={tone}>
          {tone}
        </Badge>
      ))}
      <span className="count">12</span>
      <ChipChoice label="Chip" value={one} none="a" onChange={setOne} options={OPTIONS} />
      {['Léa Martin', 'Hugo', 'zoe@boulangerie.example', '+33612345678', 'Adam B'].map((name) => (
        <Avatar key={name} name={name} />
      ))}
    </div>
  );
}

function Fields() {
  const [text, setText] = useState('');
  const [yes, setYes] = useState(true);
  const [one, setOne] = useState<'a' | 'b'>('a');
  return (
    <div className="card">
      <h2>Card</h2>
      <div className="fields">
        <Field label="Field" hint="Hint" value={text} onChange={setText} />
        <Field label="Long field" rows={2} value={text} onChange={setText} />
        <Choice label="Choice" value={one} onChange={setOne} options={OPTIONS} />
        <Check label="Check" value={yes} onChange={setYes} />
      </div>
      <p className="notice">Notice</p>
      <Problem error={new Error('network')} retry={() => {}} />
    </div>
  );
}

/** Tables with marks, short and virtual. */
function Views() {
  const [tab, show] = useState<'short' | 'long'>('short');
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const table = (rows: Row[]) => (
    <Table label="Table" rows={rows} keyOf={({ name }) => name} columns={COLUMNS} marks={{ chosen, choose }} />
  );
  return (
    <Tabbed
      label="Tabs"
      chosen={tab}
      choose={show}
      tabs={[
        { id: 'short', name: 'Short table', shown: () => table(ROWS) },
        { id: 'long', name: 'Long table', shown: () => table(MANY) },
      ]}
    />
  );
}
