import { stat } from 'node:fs/promises';
import { type ServerUser, outputOf, succeeds } from './child.ts';

/** How PostgreSQL, which refuses to run as root, is started here: what goes before the command, and as whom. */
export type ServerIdentity = { prefix: string[]; user?: ServerUser };

/** A user namespace in which root is nobody. To the rest of the machine the server is root: its files may stay under a 0700 home. */
const NAMESPACE = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'];

/**
 * An ordinary user runs the server directly. Root runs it as the owner of `data` if that is somebody else, otherwise in a user
 * namespace or, where those are forbidden (many containers), as `postgres` or `nobody`. Throws with the remedy when neither works.
 */
export async function serverIdentity(data: string): Promise<ServerIdentity> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const owner = await stat(data).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { prefix: [], user: { uid: owner.uid, gid: owner.gid } };
  if (await succeeds([...NAMESPACE, 'true'])) return { prefix: NAMESPACE };
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [await outputOf(['id', '-u', name]), await outputOf(['id', '-g', name])];
    if (uid === null || gid === null) continue;
    const user = { uid: Number(uid), gid: Number(gid) };
    if (await succeeds(['true'], user)) return { prefix: [], user };
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and this machine lets root neither make a user namespace (`unshare --user`) ' +
      'nor change to the user `postgres` or `nobody`. Start as an ordinary user, or set DATABASE_URL.',
  );
}

/** Makes sure that the server's user can reach `programs` and owns `folder`. Throws with the remedy. */
export async function giveTo(identity: ServerIdentity, folder: string, programs: string): Promise<void> {
  const uid = identity.user?.uid ?? process.getuid?.() ?? 0;
  const gid = identity.user?.gid ?? process.getgid?.() ?? 0;
  const owner = (await stat(folder)).uid;
  if (owner !== uid) await own(folder, owner, { uid, gid });
  if (identity.user === undefined) return;
  for (const path of [folder, programs]) {
    if (await succeeds(['test', '-x', path], identity.user)) continue;
    throw new Error(
      `PostgreSQL has to run as user ${String(uid)} here, who can't reach ${path}: a folder above it is closed. ` +
        'Move the checkout and its data to a folder that others may enter (chmod o+x), start as an ordinary user, or set DATABASE_URL.',
    );
  }
}

async function own(folder: string, owner: number, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  // Root's own from a namespace, on a machine that no longer allows those; or simply another user's.
  if (process.getuid?.() !== 0) {
    throw new Error(
      `${folder} belongs to user ${String(owner)}, and this is user ${String(uid)}: PostgreSQL accepts no folder of another's. ` +
        'Start as that user, give it another data folder, or set DATABASE_URL.',
    );
  }
  if (await succeeds(['chown', '-R', `${String(uid)}:${String(gid)}`, folder])) return;
  throw new Error(`${folder} can't be given to user ${String(uid)}, whom PostgreSQL runs as. Choose a folder on another disk.`);
}
