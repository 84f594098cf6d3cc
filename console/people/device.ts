import { ask, Refusal, v1 } from '../api.ts';

/** By which name this device is told of replies. */
const KEPT = 'push';

export const thisDevice = (): string | null => localStorage.getItem(KEPT);
/** On plain http there is no service worker, and on an iPhone no push before the console stands on the home screen. */
export const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

type Chosen = { choice: 'mine' | 'unassigned' | 'all'; quiet: boolean };

/** Asks the person first, then subscribes at the browser's push service, or changes what was chosen. */
export async function tellDevice(publicKey: string, locale: string, chosen: Chosen): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') throw new Refusal('push-denied', '', []);
  await navigator.serviceWorker.register(`/sw.js?${locale}`);
  const { pushManager } = await navigator.serviceWorker.ready;
  const { endpoint = '', keys = {} } = (
    await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
  ).toJSON();
  const { p256dh = '', auth = '' } = keys;
  const { id } = await ask(v1.session['push-subscriptions'].$put({ json: { endpoint, keys: { p256dh, auth }, ...chosen } }));
  localStorage.setItem(KEPT, id);
}

/** Who signs out gets no more notices on this device. */
export async function forgetDevice(): Promise<void> {
  const id = thisDevice();
  if (id === null) return;
  await v1.session['push-subscriptions'][':id'].$delete({ param: { id } });
  localStorage.removeItem(KEPT);
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
