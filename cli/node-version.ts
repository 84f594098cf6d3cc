/** The first Node with argon2. */
const LEAST = { major: 24, minor: 7 };

/** Null where Node is new enough, else a sentence for the user. */
export function refuseNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST.major || (major === LEAST.major && minor >= LEAST.minor)) return null;
  return `Aller-Retour needs Node ${LEAST.major}.${LEAST.minor} or newer, and this is Node ${version}: install Node ${LEAST.major} from https://nodejs.org, or run it by an npm script, which brings its own on Linux and on Intel Macs.`;
}

// Import this first; it imports nothing, so that an old Node runs it before it fails elsewhere.
const refusal = refuseNode(process.versions.node);
if (refusal !== null) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
