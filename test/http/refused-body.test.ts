import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { anAccount, startApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';

test('who sends too much slowly reads the refusal, and goes on with the connection', async () => {
  await using api = await startApi({ bodyLimitBytes: 1000 });
  const shop = await anAccount(api);
  await using server = await listening(api.app.fetch);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { authorization: `Bearer ${shop.key}`, 'content-type': 'application/json' };
  const answerOf = async (asked: ReturnType<typeof request>) => {
    const [answer]: IncomingMessage[] = await once(asked, 'response');
    answer?.resume();
    if (answer) await once(answer, 'end');
    return { status: answer?.statusCode, from: asked.socket?.localPort };
  };
  for (const length of [{ 'content-length': '8000' }, {}]) {
    const slow = request(`${server.url}/v1/campaigns`, { agent, method: 'POST', headers: { ...headers, ...length } });
    const refused = answerOf(slow);
    for (let sent = 0; sent < 8; sent++) {
      slow.write('x'.repeat(1000));
      await sleep(150);
    }
    slow.end();
    const { status, from } = await refused;
    expect(status).toBe(413);
    const next = request(`${server.url}/v1/account`, { agent, headers });
    next.end();
    expect(await answerOf(next)).toEqual({ status: 200, from });
  }
  agent.destroy();
});
