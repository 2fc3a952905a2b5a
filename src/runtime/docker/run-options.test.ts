import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wishOf } from './host-config.ts';
import { hostConfigOf } from './run-options.ts';

const powers = (...options: readonly string[]) => wishOf(hostConfigOf(options)).powers;

test('options of run ask for the powers that the engine would give', () => {
  assert.deepEqual(powers('--network=none', '-e', 'A=b', '--memory=64m', '-v', 'data:/data', '--rm', '-it'), []);
  assert.deepEqual(powers('--privileged', '--cap-add=SYS_ADMIN', '--cap-add', 'NET_ADMIN'), [
    'cap:NET_ADMIN',
    'cap:SYS_ADMIN',
    'privileged',
  ]);
  assert.deepEqual(powers('-v', '/:/host', '--mount', 'type=bind,src=/etc,target=/e', '--pid=host'), [
    'bind:/',
    'bind:/etc',
    'pid:host',
  ]);
  assert.deepEqual(powers('--device=/dev/sda:/dev/x', '--security-opt', 'seccomp=unconfined', '--sysctl', 'net.a=1'), [
    'device:/dev/sda',
    'seccomp:unconfined',
    'sysctl:net.a',
  ]);
  assert.deepEqual(powers('--something-new=1'), ['setting:something-new']);
  assert.deepEqual(powers('--privileged=false'), []);
});
