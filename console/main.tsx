import './theme/tokens.css';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Refusal } from './api.ts';
import { firstLocale, LocaleProvider } from './i18n/locale.tsx';
import { router } from './routes.tsx';
import { session } from './people/session.ts';
import { loadWords } from './i18n/dictionary.ts';
import { showAppearance } from './shell/appearance.ts';

/** An ended session shows the sign-in page. */
const onError = (error: unknown): void => {
  if (error instanceof Refusal && error.code === 'unauthenticated') queries.setQueryData(session.queryKey, null);
};
const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: { queries: { retry: (count, error) => !(error instanceof Refusal) && count < 3 } },
});

showAppearance();
const locale = firstLocale();
await loadWords(locale);
const root = document.getElementById('root');
if (!root) throw new Error('The page has no place for the console');
const page = createRoot(root);
// Rendered in slices, so that a phone stays responsive.
startTransition(() =>
  page.render(
    <StrictMode>
      <LocaleProvider first={locale}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </LocaleProvider>
    </StrictMode>,
  ),
);
