import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EngineCall, readCall } from './engine-call.ts';
import { wishOf } from './host-config.ts';
import { powerOfPath } from './host-paths.ts';

function read(method: string, uri: string, body?: unknown, contentType = 'application/json'): EngineCall {
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return readCall({ method, uri, body: bytes, contentType });
}
const kindOf = (...given: Parameters<typeof read>) => read(...given).kind;

test('reading, stopping and removing pass; what makes an image or is not known does not', () => {
  for (const [method, uri] of [
    ['GET', '/v1.43/containers/json'],
    ['HEAD', '/_ping'],
    ['DELETE', '/v1.43/images/shop/app:1'],
    ['POST', '/v1.43/containers/c/stop'],
    ['POST', '/containers/c/wait?condition=next-exit'],
    ['POST', '/v1.43/images/127.0.0.1:5000/shop/app/push?tag=1'],
    ['POST', '/v1.43/exec/e/start'],
    ['PUT', '/v1.43/containers/c/archive?path=/'],
  ] as const)
    assert.equal(kindOf(method, uri), 'pass', uri);
  for (const uri of ['/build', '/images/load', '/commit', '/session', '/grpc', '/swarm/init', '/plugins/pull', '/new'])
    assert.equal(kindOf('POST', `/v1.43${uri}`), 'local', uri);
});

test('a pull names its image; an import, a form and a doubled parameter are no pull', () => {
  const of = (query: string, type = '') => read('POST', `/images/create?${query}`, undefined, type);
  assert.deepEqual(of('fromImage=shop/app&tag=1'), { kind: 'pull', image: 'shop/app:1' });
  assert.deepEqual(of('fromImage=shop/app&tag=sha256:00'), { kind: 'pull', image: 'shop/app@sha256:00' });
  assert.equal(of('fromSrc=-&repo=x').kind, 'local');
  assert.equal(of('fromImage=a&fromImage=b').kind, 'refuse');
  assert.equal(of('fromImage=a', 'application/x-www-form-urlencoded').kind, 'refuse');
});

test('fields are found as Go finds them', () => {
  const call = read('POST', '/containers/create', '{"IMAGE":"a","hostConfig":{"priVileged":true}}');
  assert.deepEqual(call.kind === 'create' && call.wish.powers, ['privileged']);
  const odd = read('POST', '/containers/create', '{"image":"a","ho\u017ftconfig":{"privileged":true}}');
  assert.deepEqual(odd.kind === 'create' && odd.wish.powers, ['privileged']);
  assert.equal(kindOf('POST', '/containers/create', '{"Image":"a","image":"b"}'), 'refuse');
  assert.equal(kindOf('POST', '/containers/create', '{"Image":"a"} {"Image":"b"}'), 'refuse');
});

test('a start that brings settings, odd paths and bodies that are not there are refused', () => {
  assert.equal(kindOf('POST', '/containers/c/start', { Privileged: true }), 'refuse');
  assert.equal(kindOf('POST', '/containers/c/start', {}), 'start');
  for (const uri of ['/v1.43//containers/create', '/containers/../containers/create', '/containers/%2563reate', '/%zz'])
    assert.equal(kindOf('POST', uri, { Image: 'a' }), 'refuse', uri);
  assert.equal(kindOf('POST', '/containers/create'), 'refuse');
  assert.equal(kindOf('POST', '/containers/c/exec', { Privileged: 'yes' }), 'refuse');
});

test('powers are those beyond a confined container; a setting that is not known is one', () => {
  assert.deepEqual(wishOf({ Memory: 1, CapDrop: ['ALL'], PidMode: '', Binds: ['data:/data'] }).powers, []);
  assert.deepEqual(wishOf({ CapAdd: ['NET_RAW', 'sys_ptrace'], Sysctls: { 'net.core.x': '1' }, NewThing: 1 }).powers, [
    'cap:SYS_PTRACE',
    'setting:newthing',
    'sysctl:net.core.x',
  ]);
  assert.deepEqual(wishOf({ MaskedPaths: null, ReadonlyPaths: null }).powers, []);
  assert.deepEqual(wishOf({ MaskedPaths: ['/proc/kcore'] }).powers, ['system-paths']);
});

test('paths of the host are powers, folders of data are not', () => {
  for (const path of ['/', '//', '/srv/..', '/etc/ssl', '/var', '/run/user', '/home/a/.ssh', '/srv/docker.sock'])
    assert.ok(powerOfPath(path), path);
  for (const path of ['/srv/data', '/home/a/src', '/var/www', '/data/etc', '/mnt/run'])
    assert.equal(powerOfPath(path), undefined, path);
});
