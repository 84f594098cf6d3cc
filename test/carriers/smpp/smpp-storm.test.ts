import { expect, test } from 'vitest';
import type { OutboundMessage } from '../../../carriers/carrier.ts';
import { aMessage, openTestSession, startTestSmsc } from '../../fixtures/smpp-session.ts';

const WINDOW = 20;

test('through cuts, garbage and refusals no message goes out twice, and each answer is true', async () => {
  await using smsc = await startTestSmsc({ remember: 10_000 });
  await using it = openTestSession(smsc.port, { window: WINDOW, throttleMinMs: 1, throttleMaxMs: 4, responseTimeoutMs: 5000 });
  const fate = new Map<string, string>();
  let cuts = 0;

  // Texts of one to three segments, each its own.
  const messages = Array.from({ length: 1500 }, (_, i) => aMessage({ text: `${i} ${'x'.repeat((i % 3) * 150)}` }));
  const queue: OutboundMessage[] = [...messages];
  const troubles = [
    () => smsc.throttle(7),
    () => smsc.rejectNext(0x0b),
    () => {
      cuts++;
      smsc.cut();
    },
    () => smsc.throttle(1),
    () => {
      cuts++;
      smsc.garbage();
    },
  ];
  let rounds = 0;
  async function work(): Promise<void> {
    for (let message = queue.shift(); message; message = queue.shift()) {
      await it.session.whenReady();
      if (++rounds % 97 === 0) troubles[(rounds / 97) % troubles.length]?.();
      const [result] = await Promise.all(it.session.submit([message]));
      if (result?.outcome === 'throttled' || result?.outcome === 'unsent') queue.push(message);
      else fate.set(message.text, result?.outcome ?? 'none');
    }
  }
  await Promise.all(Array.from({ length: WINDOW }, work));

  const arrived = smsc.submitted.map(({ text }) => text);
  const counted = (outcome: string): string[] => [...fate].filter(([, fated]) => fated === outcome).map(([text]) => text);
  expect(fate.size).toBe(messages.length);
  expect(new Set(arrived).size).toBe(arrived.length);
  expect(counted('accepted').filter((text) => !arrived.includes(text))).toEqual([]);
  expect(counted('rejected').filter((text) => arrived.includes(text))).toEqual([]);
  expect(counted('rejected').length).toBeGreaterThan(0);
  expect(cuts).toBeGreaterThan(3);
  expect(counted('unknown').length).toBeLessThanOrEqual(cuts * WINDOW);
  expect(counted('accepted').length).toBeGreaterThan(messages.length - cuts * WINDOW - 20);
  expect(it.session.health().inFlight).toBe(0);
});
