import { expect, test } from 'vitest';
import { createGuard } from '../../webhook-client/guard.ts';
import { createResolve } from '../../webhook-client/resolve.ts';
import { readConfig } from '../../config.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { startNameServer } from '../fixtures/name-server.ts';

const PUBLIC = '93.184.215.14';

/** What the names of the corpus resolve to. */
const names: Record<string, string[] | null> = {
  'public.example': [PUBLIC],
  'public6.example': ['2606:4700::6810:85e5'],
  'loopback.example': ['127.0.0.1'],
  'private.example': ['10.1.2.3'],
  'one-of-many.example': [PUBLIC, '93.184.215.15', '93.184.215.16', '192.168.1.1'],
  'ninth.example': [...Array.from({ length: 8 }, (_, index) => `93.184.215.${index + 1}`), '10.0.0.9'],
  'six-inside.example': [PUBLIC, 'fd12:3456::1'],
  'mapped.example': ['::ffff:10.0.0.1'],
  'six-loopback.example': ['::1'],
  'metadata.example': ['169.254.169.254'],
  'xn--bcher-kva.example': ['10.0.0.7'],
  'wildcard.10.0.0.1.nip.example': ['10.0.0.1'],
  'empty.example': [],
  'gone.example': null,
};

/** [address, the real reason] */
const REFUSED: [string, RegExp][] = [
  // One loopback, written in every way that a parser reads
  ['https://127.0.0.1/', /leads to 127\.0\.0\.1/],
  ['https://127.1/', /leads to 127\.0\.0\.1/],
  ['https://127.0.1/', /leads to 127\.0\.0\.1/],
  ['https://2130706433/', /leads to 127\.0\.0\.1/],
  ['https://0x7f000001/', /leads to 127\.0\.0\.1/],
  ['https://0x7f.0x0.0x0.0x1/', /leads to 127\.0\.0\.1/],
  ['https://0x7f.1/', /leads to 127\.0\.0\.1/],
  ['https://0177.0.0.1/', /leads to 127\.0\.0\.1/],
  ['https://017700000001/', /leads to 127\.0\.0\.1/],
  ['https://0177.0.0x0.1/', /leads to 127\.0\.0\.1/],
  ['https://127.0.0.1./', /leads to 127\.0\.0\.1/],
  ['https://127.255.255.254/', /leads to 127\.255/],
  ['https://①②⑦.⓪.⓪.①/', /leads to 127\.0\.0\.1/],
  ['https://127。0。0。1/', /leads to 127\.0\.0\.1/],
  ['https://%31%32%37.0.0.1/', /leads to 127\.0\.0\.1/],
  ['https://1２７.0.0.1/', /leads to 127\.0\.0\.1/],
  ['https://0/', /leads to 0\.0\.0\.0/],
  ['https://0.0.0.0/', /leads to 0\.0\.0\.0/],
  ['https://0x0/', /leads to 0\.0\.0\.0/],
  // Private, shared, reserved, broadcast, multicast, documentation
  ['https://10.0.0.1/', /leads to 10\./],
  ['https://10.255.255.255:8443/', /leads to 10\./],
  ['https://167772161/', /leads to 10\.0\.0\.1/],
  ['https://012.1.2.3/', /leads to 10\.1\.2\.3/],
  ['https://172.16.0.1/', /leads to 172\./],
  ['https://172.31.255.254/', /leads to 172\./],
  ['https://192.168.0.1/', /leads to 192\.168/],
  ['https://192.168.257/', /leads to 192\.168\.1\.1/],
  ['https://0xc0a80101/', /leads to 192\.168\.1\.1/],
  ['https://100.64.0.1/', /leads to 100\.64/],
  ['https://100.127.255.254/', /leads to 100\.127/],
  ['https://169.254.1.1/', /leads to 169\.254/],
  ['https://192.0.0.8/', /leads to 192\.0\.0/],
  ['https://192.0.2.1/', /leads to 192\.0\.2/],
  ['https://198.51.100.1/', /leads to 198\.51/],
  ['https://203.0.113.1/', /leads to 203\.0/],
  ['https://198.18.0.1/', /leads to 198\.18/],
  ['https://198.19.255.254/', /leads to 198\.19/],
  ['https://224.0.0.1/', /leads to 224\./],
  ['https://239.255.255.250/', /leads to 239\./],
  ['https://240.0.0.1/', /leads to 240\./],
  ['https://255.255.255.255/', /leads to 255\./],
  ['https://4294967295/', /leads to 255\./],
  ['https://192.88.99.1/', /leads to 192\.88/],
  // Where clouds keep credentials
  ['https://169.254.169.254/latest/meta-data/', /leads to 169\.254\.169\.254/],
  ['https://2852039166/', /leads to 169\.254\.169\.254/],
  ['https://0xa9fea9fe/', /leads to 169\.254\.169\.254/],
  ['https://0251.0376.0251.0376/', /leads to 169\.254\.169\.254/],
  ['https://169.254.170.2/v2/credentials', /leads to 169\.254\.170\.2/],
  ['https://100.100.100.200/', /leads to 100\.100/],
  ['https://168.63.129.16/', /leads to 168\.63/],
  ['https://192.0.0.192/', /leads to 192\.0\.0\.192/],
  ['https://[fd00:ec2::254]/', /leads to fd00:ec2::254/],
  ['https://[fd20:ce::254]/', /leads to fd20:ce::254/],
  ['https://[::ffff:169.254.169.254]/', /leads to ::ffff:a9fe:a9fe/],
  ['https://[64:ff9b::169.254.169.254]/', /leads to 64:ff9b::/],
  // IPv6 that is nobody's, ours, or wraps something of ours
  ['https://[::1]/', /leads to ::1/],
  ['https://[0:0:0:0:0:0:0:1]/', /leads to ::1/],
  ['https://[::]/', /leads to ::/],
  ['https://[::127.0.0.1]/', /leads to ::7f00:1/],
  ['https://[::ffff:127.0.0.1]/', /leads to ::ffff:7f00:1/],
  ['https://[::ffff:7f00:1]/', /leads to ::ffff:7f00:1/],
  ['https://[0:0:0:0:0:ffff:10.0.0.1]/', /leads to ::ffff:a00:1/],
  ['https://[::ffff:0:127.0.0.1]/', /leads to ::ffff:0:7f00:1/],
  ['https://[64:ff9b::10.0.0.1]/', /leads to 64:ff9b::a00:1/],
  ['https://[64:ff9b:1::10.0.0.1]/', /leads to 64:ff9b:1::a00:1/],
  ['https://[64:ff9b:1::1]/', /leads to 64:ff9b:1::1/],
  ['https://[2002:7f00:1::]/', /leads to 2002:7f00:1::/],
  ['https://[2002:a00:1::1]/', /leads to 2002:a00:1::1/],
  ['https://[2002:c0a8:101::1]/', /leads to 2002:c0a8:101::1/],
  ['https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/', /leads to 2001:0:/],
  ['https://[2001::1]/', /leads to 2001::1/],
  ['https://[2001:20::1]/', /leads to 2001:20::1/],
  ['https://[2001:db8::1]/', /leads to 2001:db8::1/],
  ['https://[3fff::1]/', /leads to 3fff::1/],
  ['https://[2001:2::1]/', /leads to 2001:2::1/],
  ['https://[fc00::1]/', /leads to fc00::1/],
  ['https://[fdff:ffff::1]/', /leads to fdff:ffff::1/],
  ['https://[fe80::1]/', /leads to fe80::1/],
  ['https://[febf::1]/', /leads to febf::1/],
  ['https://[fec0::1]/', /leads to fec0::1/],
  ['https://[ff02::1]/', /leads to ff02::1/],
  ['https://[ff0e::1]/', /leads to ff0e::1/],
  ['https://[100::1]/', /leads to 100::1/],
  ['https://[4000::1]/', /leads to 4000::1/],
  ['https://[5f00::1]/', /leads to 5f00::1/],
  ['https://[e000::1]/', /leads to e000::1/],
  // Names
  ['https://localhost/', /leads to (127|::1)/],
  ['https://LOCALHOST./', /leads to (127|::1)/],
  ['https://anything.localhost/', /leads to (127|::1)/],
  ['https://loopback.example/', /leads to 127\.0\.0\.1/],
  ['https://loopback.example./', /leads to 127\.0\.0\.1/],
  ['https://private.example/', /leads to 10\.1\.2\.3/],
  ['https://one-of-many.example/', /leads to 192\.168\.1\.1/],
  ['https://ninth.example/', /leads to 10\.0\.0\.9/],
  ['https://six-inside.example/', /leads to fd12:3456::1/],
  ['https://six-loopback.example/', /leads to ::1/],
  ['https://metadata.example/', /leads to 169\.254\.169\.254/],
  ['https://bücher.example/', /leads to 10\.0\.0\.7/],
  ['https://BÜCHER.example./', /leads to 10\.0\.0\.7/],
  ['https://xn--bcher-kva.example/', /leads to 10\.0\.0\.7/],
  ['https://wildcard.10.0.0.1.nip.example/', /leads to 10\.0\.0\.1/],
  ['https://mapped.example/', /leads to ::ffff:/],
  ['https://empty.example/', /no address/],
  ['https://gone.example/', /no address/],
  ['https://public.example../', /no address|no host/],
  // What else a URL can carry
  ['http://public.example/', /scheme http:/],
  ['ftp://public.example/', /scheme ftp:/],
  ['file:///etc/passwd', /scheme file:/],
  ['gopher://127.0.0.1:6379/_', /scheme gopher:/],
  ['javascript:alert(1)', /scheme javascript:/],
  ['data:text/plain,hello', /scheme data:/],
  ['unix:/var/run/docker.sock', /scheme unix:/],
  ['https://user@public.example/', /user information/],
  ['https://user:secret@public.example/', /user information/],
  ['https://public.example@10.0.0.1/', /user information/],
  ['https://public.example%2f@10.0.0.1/', /user information/],
  ['https://public.example/#fragment', /fragment/],
  ['https://public.example/#', /fragment/],
  ['https://public.example:22/', /port 22 /],
  ['https://public.example:80/', /port 80 /],
  ['https://public.example:6379/', /port 6379 /],
  ['https://public.example:65535/', /port 65535 /],
  ['https://public.example:0/', /port 0 /],
  ['https:\\\\10.0.0.1\\path', /leads to 10\.0\.0\.1/],
  ['https:/\\10.0.0.1/', /leads to 10\.0\.0\.1/],
  ['https:10.0.0.1/', /leads to 10\.0\.0\.1/],
];

const startZone = () => startNameServer((name) => names[name] ?? null);

test('every way to name a place inside is refused in one wording; the operator reads why', async () => {
  expect(REFUSED.length).toBeGreaterThanOrEqual(80);
  await using server = await startZone();
  const guard = createGuard({
    allowHttp: false,
    ports: [443, 8443],
    allowCidrs: [],
    resolve: createResolve({ servers: [server.address], hosts: new Map() }),
  });
  await using api = await startApi({ guard });
  const shop = await anAccount(api);
  const answers = new Set<string>();
  for (const [url, reason] of REFUSED) {
    api.lines.length = 0;
    const { status, body } = await shop.call('POST', '/callback-endpoints', { url });
    const told = api.lines
      .map((line): { msg: string; reason?: string } => JSON.parse(line))
      .find((line) => line.msg === 'a callback address was refused')?.reason;
    expect({ url, status, reason: told }).toEqual({ url, status: 422, reason: expect.stringMatching(reason) });
    answers.add(JSON.stringify({ ...body, requestId: null }));
  }
  expect(answers.size).toBe(1);
  expect((await shop.call('GET', '/callback-endpoints')).body.items).toEqual([]);
}, 120_000);

test('what leads outside passes, and all its addresses are named', async () => {
  await using server = await startZone();
  const guard = createGuard({
    allowHttp: false,
    ports: [443, 8443],
    allowCidrs: [],
    resolve: createResolve({ servers: [server.address], hosts: new Map() }),
  });
  const reached = async (url: string) => {
    const checked = await guard.check(url);
    return checked.ok ? checked.addresses : checked.reason;
  };
  expect(await reached('https://public.example/in?x=1')).toEqual([PUBLIC]);
  expect(await reached('https://PUBLIC.example.:8443/')).toEqual([PUBLIC]);
  expect(await reached('https://public6.example/')).toEqual(['2606:4700::6810:85e5']);
  expect(await reached(`https://${PUBLIC}/`)).toEqual([PUBLIC]);
  expect(await reached('https://[2606:4700::6810:85e5]/')).toEqual(['2606:4700::6810:85e5']);
});

test('an operator can open a private network, and never the addresses that hand out credentials', async () => {
  const guard = createGuard({
    allowHttp: true,
    ports: 'any',
    allowCidrs: ['10.0.0.0/8', '169.254.0.0/16', 'fd00::/8', '100.64.0.0/10'],
  });
  const opened = ['10.0.0.1', '169.254.7.7', 'fd12::1', '100.64.0.9', '::ffff:10.0.0.1'];
  const shut = ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254', '100.100.100.200', '::ffff:169.254.169.254', '192.168.0.1'];
  expect(opened.filter((address) => !guard.allows(address))).toEqual([]);
  expect(shut.filter((address) => guard.allows(address))).toEqual([]);
  const denying = createGuard({ allowHttp: false, ports: [443], allowCidrs: [], denyCidrs: ['93.184.0.0/16'] });
  expect([denying.allows(PUBLIC), denying.allows(`::ffff:${PUBLIC}`), denying.allows('8.8.8.8')]).toEqual([false, false, true]);
});

test('name servers in the settings are addresses, a port or not; others are named at start', () => {
  const of = (servers: string) =>
    readConfig({
      DATABASE_URL: 'postgres://db/x',
      TEMPORAL_ADDRESS: 'temporal:7233',
      SECRETS_KEY: 'x',
      CALLBACK_NAME_SERVERS: servers,
    }).CALLBACK_NAME_SERVERS;
  const good = ['127.0.0.1', '127.0.0.1:5353', '2606:4700::1111', '[2606:4700::1111]', '[2606:4700::1111]:53'];
  expect(of(good.join(', '))).toEqual(good);
  expect(createResolve({ servers: good })).toBeTypeOf('function');
  for (const bad of ['dns.example', '127.0.0.1:dns', '256.0.0.1', '127.0.0.1 127.0.0.2'])
    expect(() => of(bad)).toThrow(/CALLBACK_NAME_SERVERS: must be addresses/);
});

test('a burst of names is asked for without losing one; who wants the same waits for one answer', async () => {
  await using server = await startNameServer(() => ['192.0.2.7']);
  const resolve = createResolve({ servers: [server.address], hosts: new Map() });
  const names = Array.from({ length: 1500 }, (_, n) => `shop${n}.example`);
  const answers = await Promise.all([...names, ...names].map((name) => resolve(name)));
  expect(new Set(answers.flat())).toEqual(new Set(['192.0.2.7']));
  expect(new Set(names.map((name) => server.asked(name).join()))).toEqual(new Set(['1,1']));
});
