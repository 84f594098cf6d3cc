import { useEffect } from 'react';
import { useLocale } from '../i18n/locale.tsx';

/** Names the tab by the page's heading and the unread count. */
export function useTitle(unread: number): void {
  const { say } = useLocale();
  useEffect(() => {
    // Badge of the installed app.
    if ('setAppBadge' in navigator) void navigator.setAppBadge(unread).catch(() => {});
  }, [unread]);
  useEffect(() => {
    const content = document.getElementById('content');
    if (!content) return;
    const look = (): void => {
      const heading = [...content.querySelectorAll('h1')].at(-1)?.textContent;
      const title = `${unread > 0 ? `(${unread}) ` : ''}${heading ? `${heading} · ` : ''}${say('product')}`;
      if (document.title !== title) document.title = title;
    };
    const seen = new MutationObserver(look);
    seen.observe(content, { childList: true, subtree: true, characterData: true });
    look();
    return () => seen.disconnect();
  }, [unread, say]);
}
