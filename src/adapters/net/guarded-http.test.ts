import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { administratorsAddresses, publicAddresses } from './addresses.ts';
import { guardedHttp } from './guarded-http.ts';

const refused = (error: unknown) => isAssayError(error, 'address-refused');

describe('addresses', () => {
  const inner = [
    '127.0.0.1',
    '127.255.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '240.0.0.1',
    '::1',
    'fc00::1',
    'fd12:3456::1',
    '2001:db8::1',
    'fec0::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
    '2002:0a00:0001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  ];
  const never = [
    '169.254.169.254',
    '169.254.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '255.255.255.255',
    '224.0.0.1',
    'ff02::1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
  ];
  const open = [
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
  ];

  test('inner networks are no addresses for users, in whatever clothes', () => {
    const rule = publicAddresses([]);
    for (const address of [...inner, ...never]) assert.equal(rule(address), false, address);
    for (const address of open) assert.equal(rule(address), true, address);
  });

  test('a listed range is allowed; link-local and metadata never are', () => {
    const rule = publicAddresses(['10.0.0.0/8', '127.0.0.1', '169.254.0.0/16', '0.0.0.0/0', '::/0']);
    for (const address of ['10.1.2.3', '127.0.0.1', '::ffff:10.1.2.3']) assert.equal(rule(address), true, address);
    for (const address of never) {
      assert.equal(rule(address), false, address);
      assert.equal(administratorsAddresses(address), false, address);
    }
    for (const address of inner) assert.equal(administratorsAddresses(address), true, address);
    assert.throws(() => publicAddresses(['10.0.0.0/33']), /no address or network/);
  });
});

describe('requests', () => {
  let server: Server;
  let port: number;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let asked: string[];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.headers.host}${request.url}`);
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());

  const http = (resolve: (host: string) => Promise<readonly string[]>, more: object = {}) =>
    guardedHttp({ rule: publicAddresses(['127.0.0.1']), timeoutMs: 2000, maxBytes: 1000, resolve, ...more });
  const post = (host: string, path = '/') => ({
    method: 'POST',
    url: new URL(`http://${host}:${port}${path}`),
    body: Buffer.from('x'),
  });

  test('the connection goes to the address that was looked at, however the name changes', async () => {
    asked = [];
    answer = (_request, response) => response.end('ok');
    let looked = 0;
    const rebinding = async () => (++looked === 1 ? ['127.0.0.1'] : ['169.254.169.254']);
    const { status } = await http(rebinding)(post('rebind.example'));
    assert.deepEqual([status, looked, asked], [200, 1, [`POST rebind.example:${port}/`]]);
  });

  test('a name with one bad address among good ones is refused whole', async () => {
    asked = [];
    await assert.rejects(http(async () => ['127.0.0.1', '10.0.0.1'])(post('mixed.example')), refused);
    await assert.rejects(http(async () => [])(post('none.example')), (error) => isAssayError(error, 'network-failed'));
    assert.deepEqual(asked, []);
  });

  test('addresses spelled oddly are still addresses', async () => {
    for (const host of ['0x7f.1', '2130706433', '017700000001', '[::ffff:7f00:1]', '127.1'])
      await assert.rejects(
        guardedHttp({ rule: publicAddresses([]), timeoutMs: 500, maxBytes: 10 })(post(host)),
        refused,
        host,
      );
    for (const url of ['file:///etc/passwd', 'ftp://x/', 'http://user:secret@x.example/'])
      await assert.rejects(http(async () => ['127.0.0.1'])({ method: 'GET', url: new URL(url) }), refused, url);
  });

  test('every redirect is looked at again; other methods are not carried over', async () => {
    const resolve = async (host: string) => (host === 'inner.example' ? ['10.0.0.1'] : ['127.0.0.1']);
    const redirect = (status: number, to: string) => {
      asked = [];
      answer = (request, response) => {
        if (request.url === '/end') return response.end('end');
        response.writeHead(status, { Location: to });
        return response.end();
      };
      return http(resolve, { maxRedirects: 3 })(post('good.example'));
    };
    await assert.rejects(redirect(307, `http://inner.example:${port}/end`), refused);
    await assert.rejects(redirect(307, `http://169.254.169.254/latest/meta-data`), refused);
    await assert.rejects(redirect(308, 'file:///etc/passwd'), refused);
    assert.equal(Buffer.from((await redirect(307, '/end')).body).toString(), 'end');
    assert.equal((await redirect(302, '/end')).status, 302, 'a 302 would turn the message into a question');
    assert.equal((await redirect(307, '/')).status, 307, 'a ring ends');
    assert.equal(asked.length, 4);
  });

  test('a slow or endless answer ends', async () => {
    asked = [];
    answer = () => undefined;
    await assert.rejects(
      http(async () => ['127.0.0.1'], { timeoutMs: 200 })(post('slow.example')),
      /no answer within 0.2 s/,
    );
    answer = (_request, response) => void response.write('x'.repeat(5000));
    await assert.rejects(http(async () => ['127.0.0.1'])(post('endless.example')), /answers too much/);
  });
});
