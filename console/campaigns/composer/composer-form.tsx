import type { ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { PhonePreview } from './phone-preview.tsx';
import { Sums } from './preview-panel.tsx';
import type { Preview } from './use-preview.ts';
import '../campaigns.css';

type Props = { act: { isPending: boolean; mutate: () => void }; preview: Preview | undefined; children: ReactNode };

/** What is composed, and beside it what of it would be read and what it comes to. */
export function ComposerForm({ act, preview, children }: Props) {
  return (
    <Form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (!act.isPending) act.mutate();
      }}
    >
      <div>{children}</div>
      <div className="beside">
        <PhonePreview preview={preview} />
        {preview ? <Sums preview={preview} /> : null}
      </div>
    </Form>
  );
}
