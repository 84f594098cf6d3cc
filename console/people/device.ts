import { ask, Refusal, v1 } from '../api.ts';

/** Storage key of this device's push subscription. */
const KEPT = 'push';

export const thisDevice = (): string | null => localStorage.getItem(KEPT);
/** Push needs https and, on iPhones, an installed app. */
export const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

type Chosen = { choice: 'mine' | 'unassigned' | 'all'; quiet: boolean };

/** Asks permission, then subscribes or updates the choice. */
export async function subscribeDevice(publicKey: string, locale: string, chosen: Chosen): Promise<void> {
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

/** Ends this device's push notifications. */
export async function forgetDevice(): Promise<void> {
  const id = thisDevice();
  if (id === null) return;
  await v1.session['push-subscriptions'][':id'].$delete({ param: { id } });
  localStorage.removeItem(KEPT);
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
