import { Button, DropZone, FileTrigger, type DropItem } from 'react-aria-components';
import { useLocale } from './locale.tsx';
import { Field } from './parts.tsx';
import type { Recipients } from './recipients.ts';

type Props = {
  list: string;
  change: (list: string) => void;
  read: Recipients;
  column: string;
  chooseColumn: (column: string) => void;
};

/** A list typed, pasted, chosen or dropped. */
export function RecipientsField({ list, change, read, column, chooseColumn }: Props) {
  const { say, number } = useLocale();
  async function take(items: DropItem[]): Promise<void> {
    const [file] = items.filter((item) => item.kind === 'file');
    if (file) change(await file.getText());
  }
  return (
    <div className="recipients">
      <Field label={say('recipients')} hint={say('recipientsHint')} rows={5} required value={list} onChange={change} />
      <DropZone className="drop" aria-label={say('dropCsv')} onDrop={({ items }) => void take(items)}>
        <FileTrigger
          acceptedFileTypes={['text/csv', '.csv', 'text/plain']}
          onSelect={(files) => void files?.[0]?.text().then(change)}
        >
          <Button className="button plain">{say('dropCsv')}</Button>
        </FileTrigger>
      </DropZone>
      {read.columns.length > 1 ? (
        <label className="field">
          {say('numberColumn')}
          <select value={column} onChange={(event) => chooseColumn(event.target.value)}>
            {read.columns.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      ) : null}
      <p role="status">{say('recipientsRead', { n: number(read.rows.length) })}</p>
    </div>
  );
}
