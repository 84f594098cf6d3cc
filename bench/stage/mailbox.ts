import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/** The customers' mailboxes; `take` gets each reply's text, read from its quoted line. Answers with the port. */
export async function startMailboxes(take: (text: string) => void): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const found = /^> (.+ \d+)\r$/m.exec(Buffer.concat(chunks).toString('latin1'));
        if (found?.[1] !== undefined) take(found[1]);
        done();
      });
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
