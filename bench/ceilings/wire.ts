import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';

// The ceiling of SMPP in this runtime: frames over loopback, a window under way, only length and sequence read.

const FRAME = 180;
const ANSWER = 33;

function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (bytes.length >= 4 && bytes.length >= bytes.readUInt32BE(0)) {
      take(bytes.subarray(0, bytes.readUInt32BE(0)));
      bytes = bytes.subarray(bytes.readUInt32BE(0));
    }
    rest = bytes;
  });
}

function frame(length: number, sequence: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt32BE(sequence, 12);
  return bytes;
}

/** Frames a second, both ends in this process. */
export async function framesPerSecond({ messages = 100_000, window = 100 } = {}): Promise<number> {
  const server = createServer((socket) => onFrames(socket, (asked) => void socket.write(frame(ANSWER, asked.readUInt32BE(12)))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);

  const begun = performance.now();
  await new Promise<void>((resolve) => {
    let sent = 0;
    let answered = 0;
    const send = (): void => void socket.write(frame(FRAME, ++sent));
    onFrames(socket, () => {
      answered++;
      if (sent < messages) send();
      if (answered === messages) resolve();
    });
    while (sent < window) send();
  });
  const seconds = (performance.now() - begun) / 1000;
  socket.destroy();
  server.close();
  return messages / seconds;
}
