import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rename } from 'node:fs/promises';

/** Where a launcher logs, such as a pino logger. */
export type Log = { info: (line: string) => void; warn: (line: string) => void };

/** A system user that a process is started as. */
export type ServerUser = { uid: number; gid: number };

export type ChildOptions = {
  /** The program and its arguments. */
  command: string[];
  /** The file to which the program's output is appended. */
  logFile: string;
  /** The signal for an orderly end. */
  endWith: 'INT' | 'TERM' | 'QUIT' | 'KILL';
  /** How long it may take to end before it is killed, in seconds. */
  graceSeconds: number;
  /** Who it runs as; the launcher's own user when absent. */
  user?: ServerUser | undefined;
  /** Folder to remove once it has ended. */
  removeAfter?: string | undefined;
  /** Called when the program ends on its own. */
  onSelfEnd?: ((code: number) => void) | undefined;
};

export type Child = AsyncDisposable & {
  /** The process that watches over the program. Its command line holds the program's. */
  pid: number;
  /** Settles, never rejects, once the program has ended. `code` is 128 + n after signal n. */
  ended: Promise<{ code: number }>;
  hasEnded(): boolean;
  /** Ends the program, and resolves once it is gone. */
  stop: () => Promise<void>;
};

/**
 * The program runs under a small shell in a session of its own, so that a Ctrl-C at the terminal reaches the launcher alone.
 * The shell holds one end of a pipe whose other end is the launcher's: however the launcher goes (return, signal, kill -9), the
 * kernel closes it, and the program is ended as `stop()` would end it. That is one way for all ends and all Unix systems;
 * Linux's parent death signal is bound to a thread, is lost on a change of user, and cannot remove a folder afterwards.
 */
const WATCH = `
signal=$1 grace=$2 remove=$3
shift 3
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(
  while read -r _; do :; done <&3
  kill -s "$signal" "$child"
  while [ "$grace" -gt 0 ] && kill -s 0 "$child"; do sleep 1; grace=$((grace - 1)); done
  kill -s KILL "$child"
) 2>/dev/null &
trap '' HUP INT TERM
exec 3<&-
wait "$child"
code=$?
# What the program started and left behind, and the watcher above: this shell leads their process group.
kill -s TERM 0
if [ -n "$remove" ]; then rm -rf "$remove" || { sleep 1; rm -rf "$remove"; }; fi
exit "$code"
`;

/** Starts a program that ends when `stop()` is called or this process is gone. Rejects when no process can be started. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { command, logFile, endWith, graceSeconds, user, removeAfter, onSelfEnd } = options;
  const log = await open(logFile, 'a', 0o600);
  const stdio: StdioOptions = ['pipe', log.fd, log.fd];
  const watcher = spawn('/bin/sh', ['-c', WATCH, 'watch', endWith, String(graceSeconds), removeAfter ?? '', ...command], {
    detached: true,
    stdio,
    // The folder this process was started in may be closed to that user.
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid, cwd: '/' }),
  });
  const lifeline = watcher.stdin;
  lifeline?.on('error', () => {}); // It may have ended already.
  let over = false;
  let told = false;
  const ended = new Promise<{ code: number }>((resolve) => {
    watcher.once('exit', (code) => {
      over = true;
      if (!told) onSelfEnd?.(code ?? 137);
      resolve({ code: code ?? 137 });
    });
  });
  try {
    await once(watcher, 'spawn');
  } finally {
    await log.close();
  }
  const stop = async () => {
    told = true;
    lifeline?.destroy();
    await ended;
  };
  return { pid: watcher.pid ?? 0, ended, hasEnded: () => over, stop, [Symbol.asyncDispose]: stop };
}

/** Runs a program to its end; it never outlives this process. Rejects with the last lines of its log when it fails. */
export async function run(options: ChildOptions): Promise<void> {
  await using child = await startChild(options);
  const { code } = await child.ended;
  if (code !== 0) {
    throw new Error(`${options.command.join(' ')} failed (${String(code)}):\n${await lastLines(options.logFile)}`);
  }
}

/** Whether a program exists and exits with 0. */
export async function succeeds(command: string[], user?: ServerUser): Promise<boolean> {
  const [file = '', ...args] = command;
  const probe = spawn(file, args, { stdio: 'ignore', ...(user === undefined ? {} : { uid: user.uid, gid: user.gid, cwd: '/' }) });
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.once('exit', (code) => resolve(code === 0));
  });
}

/** A program's output, trimmed; null when it does not exist or fails. */
export async function outputOf(command: string[]): Promise<string | null> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const parts: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code === 0 ? parts.join('').trim() : null));
  });
}

/** The command line of a process, or null when there is none of that id. */
export async function commandOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
    return line === '' ? null : line.replaceAll('\0', ' ');
  }
  return outputOf(['ps', '-ww', '-o', 'command=', '-p', String(pid)]);
}

/** The last lines of a log file, for an error message. */
export async function lastLines(file: string, count = 12): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Starts a new log file; keeps the previous one as `.old`. */
export async function rotate(file: string): Promise<void> {
  await rename(file, `${file}.old`).catch(() => {}); // There is none on the first start.
}

/** Ends a forked process and waits for it; kills it after 45 seconds. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 45_000);
  await exit;
  clearTimeout(late);
}
