import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { originFinder } from './origin.ts';

function request(remoteAddress: string, headers: Record<string, string>): IncomingMessage {
  return { socket: { remoteAddress }, headers: { host: 'inner:5000', ...headers } } as unknown as IncomingMessage;
}

const forwarded = {
  'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.1.2.3',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'registry.example',
};

test('what a stranger claims is not believed', () => {
  for (const trusted of [[], ['10.0.0.0/8']]) {
    const origin = originFinder(trusted)(request('198.51.100.1', forwarded));
    assert.deepEqual(origin, { address: '198.51.100.1', secure: false, host: 'inner:5000' });
  }
});

test('a trusted proxy is believed up to the first hop that is not one', () => {
  const find = originFinder(['10.0.0.0/8', '::1']);
  const wanted = { address: '203.0.113.7', secure: true, host: 'registry.example' };
  assert.deepEqual(find(request('10.9.9.9', forwarded)), wanted);
  assert.deepEqual(find(request('::ffff:10.9.9.9', forwarded)), wanted);
  assert.deepEqual(find(request('::1', forwarded)), wanted);
});

test('nonsense from a trusted proxy leaves what is seen', () => {
  const find = originFinder(['127.0.0.1']);
  assert.deepEqual(find(request('127.0.0.1', { 'x-forwarded-for': 'unknown, not an address' })), {
    address: '127.0.0.1',
    secure: false,
    host: 'inner:5000',
  });
});

test('entries that are no network are refused at the start', () => {
  for (const entry of ['proxy.example', '10.0.0.0/99', '10.0.0.0/x', ''])
    assert.throws(() => originFinder([entry]), /trustedProxies/);
});
