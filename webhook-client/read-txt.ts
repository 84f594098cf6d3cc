import { Resolver } from 'node:dns/promises';

const TIMEOUT_MS = 3000;

/** TXT records of a name, parts joined; empty on any failure. */
export function createReadTxt(servers: readonly string[]): (name: string) => Promise<string[]> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return (name) =>
    resolver.resolveTxt(name).then(
      (records) => records.map((parts) => parts.join('')),
      () => [],
    );
}
