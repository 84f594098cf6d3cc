import { execFileSync } from 'node:child_process';

/**
 * A CycloneDX document of every package of the lock file, in JSON. What only builds and tests need is marked so; but the console is
 * built from such packages, and so they are in it.
 */
export const sbom = (): string =>
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: `${import.meta.dirname}/..`,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
