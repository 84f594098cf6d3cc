import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { MailToRead } from './mail-reader.ts';
import { readHead, readMail } from './parse-mail.ts';

// The thread of mail-reader.ts; answers null for a mail the parser refused. On Linux the priority is the thread's own: requests
// go first where cores are few.
if (process.platform === 'linux') setPriority(0, 10);

parentPort?.on('message', ({ raw, part }: MailToRead) => {
  const mail = Buffer.from(raw);
  (part === 'head' ? readHead(mail) : readMail(mail)).then(
    (read) => parentPort?.postMessage(read),
    () => parentPort?.postMessage(null),
  );
});
parentPort?.postMessage('ready');
