import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { InboundMail, MailHead } from './parse-mail.ts';

export type MailToRead = { raw: Uint8Array<ArrayBuffer>; part: 'head' | 'whole' };

const TIME_LIMIT_MS = 3000;
const MOST_HEAP_MB = 256;
const MOST_HEAD = 100_000;
const THREAD = new URL(`./mail-reader-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Parses strangers' mails one at a time in a thread, which is ended when a mail takes too long. Null for a mail the parser refused
 * or did not finish in time: it would fail again.
 */
export function createMailReader() {
  let running: Promise<Worker> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function ask<T>(mail: MailToRead): Promise<T | null> {
    running ??= start();
    const thread = await running;
    const inTime = new AbortController();
    const timer = setTimeout(() => inTime.abort(), TIME_LIMIT_MS);
    // Transferred, not copied: a mail has up to 2 MB.
    const raw = mail.raw.byteLength === mail.raw.buffer.byteLength ? mail.raw : new Uint8Array(mail.raw);
    thread.postMessage({ raw, part: mail.part } satisfies MailToRead, [raw.buffer]);
    try {
      const [read]: (T | null)[] = await Promise.race([
        once(thread, 'message', { signal: inTime.signal }),
        once(thread, 'exit', { signal: inTime.signal }).then(() => Promise.reject(new Error('The thread ended'))),
      ]);
      return read ?? null;
    } catch {
      running = null;
      await thread.terminate();
      return null;
    } finally {
      clearTimeout(timer);
      inTime.abort();
    }
  }
  function inTurn<T>(mail: MailToRead): Promise<T | null> {
    const turn = last.then(() => ask<T>(mail));
    last = turn.catch(() => {});
    return turn;
  }
  return {
    head: (raw: Buffer<ArrayBuffer>) => inTurn<MailHead>({ raw: headIn(raw), part: 'head' }),
    /** Transfers `raw`, which is empty afterwards. */
    whole: (raw: Buffer<ArrayBuffer>) => inTurn<InboundMail>({ raw, part: 'whole' }),
    async close() {
      await last;
      await (await running)?.terminate();
    },
  };
}

/** A mail's header lines, or its beginning where no empty line ends them. */
function headIn(raw: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = raw.subarray(0, MOST_HEAD).indexOf('\r\n\r\n');
  return new Uint8Array(raw.subarray(0, end < 0 ? MOST_HEAD : end + 4));
}

/** Waits for the parser to load, so that the time limit does not include it. */
async function start(): Promise<Worker> {
  const thread = new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB } });
  thread.unref();
  await once(thread, 'message');
  return thread;
}
