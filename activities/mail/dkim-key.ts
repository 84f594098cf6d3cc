import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Mails' DKIM signature; the public key is in DNS at `<selector>._domainkey.<domain>`. */
export type Dkim = { domain: string; selector: string; privateKey: string };

const LEAST_BITS = 1024;

/** Reads the key at start-up and throws what is wrong with it: unsigned mails would go unnoticed. */
export function readDkim({ file, selector, domain }: { file: string; selector: string; domain: string }): Dkim {
  const fault = (what: string): Error => new Error(`MAIL_DKIM_KEY_FILE: ${file} ${what}`);
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch {
    throw fault('can not be read');
  }
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw fault('is not a private key in PEM without a passphrase');
  }
  if (key.asymmetricKeyType !== 'rsa')
    throw fault(`holds a key of type ${key.asymmetricKeyType ?? 'unknown'}. Mails are signed with RSA: openssl genrsa 2048`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < LEAST_BITS) throw fault(`holds an RSA key of ${bits} bits, which no receiver accepts. Make one of 2048`);
  return { domain, selector, privateKey: pem };
}
