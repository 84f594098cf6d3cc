// Push notifications of replies. A push carries an id and a count; the language is in this file's URL.
const french = self.location.search === '?fr';
const textOf = (unread) =>
  french ? `${unread} conversation${unread > 1 ? 's' : ''} à lire` : `${unread} unread conversation${unread === 1 ? '' : 's'}`;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('push', (event) => {
  const { id, unread } = event.data.json();
  const shown = self.registration.showNotification('Aller-Retour', {
    body: textOf(unread),
    tag: 'replies',
    renotify: true,
    icon: '/icon-192.png',
    data: { path: `/chat/${id}` },
  });
  event.waitUntil(Promise.all([shown, self.navigator.setAppBadge?.(unread)]));
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { path } = event.notification.data;
  const open = async () => {
    const [page] = await self.clients.matchAll({ type: 'window' });
    if (!page) return self.clients.openWindow(path);
    await page.focus();
    return page.navigate(path);
  };
  event.waitUntil(open());
});
