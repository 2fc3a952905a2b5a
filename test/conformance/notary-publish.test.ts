import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  craft,
  craftKey,
  type CraftRoles,
  delegations,
  inYears,
  newRoles,
  publish,
  rootKey,
  rootOf,
  serverKey,
  target,
  targetsOf,
  yesterday,
} from '../notary-craft.ts';
import { startServer, type TestServer } from '../server.ts';

/** What the real notary-server 0.7.0 answered to crafted updates, case by case and word for word. */
let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

let count = 0;
const newGun = () => `team/case${++count}`;

function invalid(name: string, message: string): string {
  return JSON.stringify({
    errors: [
      {
        code: 'INVALID_UPDATE',
        message: 'Update sent by the client is invalid.',
        detail: { Name: name, Error: { Msg: message } },
      },
    ],
  });
}

type Parts = readonly (readonly [role: string, raw: Uint8Array | string])[];

async function refused(gun: string, parts: Parts, expected: string): Promise<void> {
  const { status, text } = await publish(server, gun, parts);
  assert.equal(text, expected);
  assert.equal(status, 400);
}

async function accepted(gun: string, parts: Parts): Promise<void> {
  const { status, text } = await publish(server, gun, parts);
  assert.deepEqual([status, text], [200, '']);
}

const VERSION = JSON.stringify({
  errors: [{ code: 'VERSION', message: 'A newer version of metadata is already available.', detail: {} }],
});

async function started(): Promise<{ gun: string; roles: CraftRoles; root: Uint8Array }> {
  const gun = newGun();
  const roles = await newRoles(server, gun);
  const root = craft(rootOf(roles), roles.root[0]!);
  return { gun, roles, root };
}

async function published(version = 1, more = {}): Promise<{ gun: string; roles: CraftRoles }> {
  const { gun, roles, root } = await started();
  await accepted(gun, [
    ['root', root],
    ['targets', craft(targetsOf(version, more), roles.targets[0]!)],
  ]);
  return { gun, roles };
}

async function current(
  gun: string,
  name: string,
): Promise<{ status: number; signed: Record<string, unknown>; raw: string }> {
  const response = await server.fetch(`/v2/${gun}/_trust/tuf/${name}.json`);
  const raw = await response.text();
  return {
    status: response.status,
    raw,
    signed: response.ok ? (JSON.parse(raw) as { signed: Record<string, unknown> }).signed : {},
  };
}

describe('a first publish', () => {
  test('needs a root, targets, and nothing else', async () => {
    const { gun, roles, root } = await started();
    const targets = craft(targetsOf(), roles.targets[0]!);
    await refused(
      gun,
      [['targets', targets]],
      invalid('ErrValidation', 'no pre-existing root and no root provided in update.'),
    );
    await refused(
      gun,
      [['snapshot', craft({ _type: 'Snapshot', version: 1, expires: inYears(1) })]],
      invalid('ErrValidation', 'no pre-existing root and no root provided in update.'),
    );
    await refused(gun, [], invalid('ErrValidation', 'no pre-existing root and no root provided in update.'));
    await refused(gun, [['root', root]], invalid('ErrValidation', 'targets must be loaded first'));
    await accepted(gun, [
      ['targets', targets],
      ['root', root],
    ]);
    assert.equal((await current(gun, 'timestamp')).signed['version'], 1);
    assert.equal((await current(gun, 'snapshot')).signed['version'], 1);
  });

  test('may be of root version 1 or 2, and targets of any version', async () => {
    const { gun, roles } = await started();
    const targets = craft(targetsOf(7), roles.targets[0]!);
    await refused(
      gun,
      [
        ['root', craft(rootOf(roles, 3), roles.root[0]!)],
        ['targets', targets],
      ],
      invalid('ErrBadRoot', 'Root modifications must increment the version. Current 1, new 3'),
    );
    await accepted(gun, [
      ['root', craft(rootOf(roles, 2), roles.root[0]!)],
      ['targets', targets],
    ]);
    assert.equal((await current(gun, '2.root')).status, 200);
    assert.equal((await current(gun, '1.root')).status, 404);
    assert.equal((await current(gun, '7.targets')).status, 200);
  });
});

describe('a root', () => {
  const cases: readonly [
    what: string,
    make: (roles: CraftRoles, gun: string) => Promise<Uint8Array> | Uint8Array,
    message: string,
  ][] = [
    [
      'that nobody signed',
      (roles) => craft(rootOf(roles)),
      'could not validate the path to a trusted root: failed to validate integrity of roots',
    ],
    [
      'signed by another key',
      (roles) => craft(rootOf(roles), craftKey()),
      'could not validate the path to a trusted root: failed to validate integrity of roots',
    ],
    [
      'whose type is in lower case',
      (roles) => craft(rootOf(roles, 1, { _type: 'root' }), roles.root[0]!),
      'root type metadata invalid: expected type Root, not root',
    ],
    [
      'for another name',
      async (roles) => {
        const key = await rootKey('somebody/else');
        return craft(rootOf({ ...roles, root: [key] }), key);
      },
      'could not validate the path to a trusted root: unable to retrieve valid leaf certificates',
    ],
    [
      'whose certificate has expired',
      async (roles, gun) => {
        const key = await rootKey(gun, Date.now() - 11 * 365 * 24 * 3600_000);
        return craft(rootOf({ ...roles, root: [key] }), key);
      },
      'could not validate the path to a trusted root: unable to retrieve valid leaf certificates',
    ],
    [
      'with a bare key',
      (roles) => {
        const key = craftKey();
        return craft(rootOf({ ...roles, root: [key] }), key);
      },
      'could not validate the path to a trusted root: unable to retrieve valid leaf certificates',
    ],
    [
      'with a threshold of nothing',
      (roles) => {
        const root = rootOf(roles);
        (root.roles['targets'] as { threshold: number }).threshold = 0;
        return craft(root, roles.root[0]!);
      },
      'root type metadata invalid: invalid threshold specified for targets: 0 ',
    ],
    [
      'without a role',
      (roles) => {
        const root = rootOf(roles);
        delete root.roles['snapshot'];
        return craft(root, roles.root[0]!);
      },
      'root type metadata invalid: missing snapshot role specification',
    ],
    [
      'that two must sign, signed by one',
      async (roles, gun) => {
        const both = [roles.root[0]!, await rootKey(gun)];
        const root = rootOf({ ...roles, root: both });
        (root.roles['root'] as { threshold: number }).threshold = 2;
        return craft(root, both[0]!);
      },
      'could not validate the path to a trusted root: failed to validate integrity of roots',
    ],
    [
      'that two must sign, signed twice by one',
      async (roles, gun) => {
        const again = await rootKey(gun, Date.now(), { ...roles.root[0]!, json: roles.root[0]!.json });
        const root = rootOf({ ...roles, root: [roles.root[0]!, again] });
        (root.roles['root'] as { threshold: number }).threshold = 2;
        return craft(root, roles.root[0]!, again);
      },
      'could not validate the path to a trusted root: failed to validate integrity of roots',
    ],
  ];
  for (const [what, make, message] of cases)
    test(`${what} is refused`, async () => {
      const { gun, roles } = await started();
      const targets = craft(targetsOf(), roles.targets[0]!);
      await refused(
        gun,
        [
          ['root', await make(roles, gun)],
          ['targets', targets],
        ],
        invalid('ErrBadRoot', message),
      );
      assert.equal((await current(gun, 'root')).status, 404);
    });

  test('that has expired is refused with the day', async () => {
    const { gun, roles } = await started();
    const root = craft(rootOf(roles, 1, { expires: yesterday() }), roles.root[0]!);
    const { text } = await publish(server, gun, [
      ['root', root],
      ['targets', craft(targetsOf(), roles.targets[0]!)],
    ]);
    assert.match(
      text,
      /"Name":"ErrBadRoot","Error":\{"Msg":"root expired at [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} UTC \d{4}"/,
    );
  });

  test('may have a certificate for every name below a prefix', async () => {
    const gun = newGun();
    const roles = await newRoles(server, gun, 'team/*');
    await accepted(gun, [
      ['root', craft(rootOf(roles), roles.root[0]!)],
      ['targets', craft(targetsOf(), roles.targets[0]!)],
    ]);
  });

  test('follows the one before by one version, signed by both', async () => {
    const { gun, roles } = await published();
    const next = await rootKey(gun);
    const changed = { ...roles, root: [next] };
    const rotate =
      'could not rotate trust to a new trusted root: failed to validate data with current trusted certificates';
    const path = 'could not validate the path to a trusted root: failed to validate integrity of roots';
    await refused(gun, [['root', craft(rootOf(changed, 2), next)]], invalid('ErrBadRoot', rotate));
    await refused(gun, [['root', craft(rootOf(changed, 2), roles.root[0]!)]], invalid('ErrBadRoot', path));
    await refused(
      gun,
      [['root', craft(rootOf(roles, 3), roles.root[0]!)]],
      invalid('ErrBadRoot', 'Root modifications must increment the version. Current 1, new 3'),
    );
    await refused(gun, [['root', craft(rootOf(roles, 1), roles.root[0]!)]], VERSION);
    await accepted(gun, [['root', craft(rootOf(changed, 2), next, roles.root[0]!)]]);
    assert.equal((await current(gun, 'root')).signed['version'], 2);
    assert.equal((await current(gun, '1.root')).status, 200);
  });

  test('that takes the targets key away brings new targets, or is refused', async () => {
    const { gun, roles } = await published();
    const changed = { ...roles, targets: [craftKey()] };
    const root = craft(rootOf(changed, 2), roles.root[0]!);
    await refused(
      gun,
      [['root', root]],
      invalid('ErrBadTargets', 'valid signatures did not meet threshold for targets'),
    );
    await accepted(gun, [
      ['root', root],
      ['targets', craft(targetsOf(2), changed.targets[0]!)],
    ]);
  });

  test('naming a timestamp or snapshot key that is not the server’s is refused', async () => {
    const { gun, roles } = await started();
    const foreign = { ...roles, timestamp: craftKey().json };
    const targets = craft(targetsOf(), roles.targets[0]!);
    await refused(
      gun,
      [
        ['root', craft(rootOf(foreign), roles.root[0]!)],
        ['targets', targets],
      ],
      invalid('ErrBadRoot', 'no timestamp keys exist on the server'),
    );
    const held = { ...roles, snapshot: craftKey().json };
    const { text } = await publish(server, gun, [
      ['root', craft(rootOf(held), roles.root[0]!)],
      ['targets', targets],
    ]);
    assert.match(
      text,
      /"Name":"ErrBadHierarchy","Error":\{"Missing":"snapshot","Msg":"no snapshot was included in update/,
    );
    // A key that the server made for another collection is none of this one's.
    const other = await serverKey(server, newGun(), 'timestamp');
    await refused(
      gun,
      [
        ['root', craft(rootOf({ ...roles, timestamp: other }), roles.root[0]!)],
        ['targets', targets],
      ],
      invalid('ErrBadRoot', 'no timestamp keys exist on the server'),
    );
  });
});

describe('targets and delegations', () => {
  test('signature, type, version, expiry', async () => {
    const { gun, roles } = await published(7);
    const [key] = roles.targets as [ReturnType<typeof craftKey>];
    const bad = (raw: Uint8Array, message: string) =>
      refused(gun, [['targets', raw]], invalid('ErrBadTargets', message));
    await bad(craft(targetsOf(8), craftKey()), 'valid signatures did not meet threshold for targets');
    await bad(craft(targetsOf(0), key), 'targets type metadata invalid: version cannot be less than one');
    await bad(
      craft(targetsOf(8, { _type: 'targets' }), key),
      'targets type metadata invalid: expected type Targets, not targets',
    );
    const { text } = await publish(server, gun, [['targets', craft(targetsOf(8, { expires: yesterday() }), key)]]);
    assert.match(text, /"Name":"ErrBadTargets","Error":\{"Msg":"targets expired at /);
    await refused(gun, [['targets', craft(targetsOf(7), key)]], VERSION);
    await refused(gun, [['targets', craft(targetsOf(6), key)]], VERSION);
    await accepted(gun, [['targets', craft(targetsOf(20), key)]]);
    await accepted(gun, [['targets.json', craft(targetsOf(21), key)]]);
    await accepted(gun, [['timestamp', craft({ _type: 'Timestamp', version: 900, expires: inYears(1) }, key)]]);
    assert.notEqual((await current(gun, 'timestamp')).signed['version'], 900);
  });

  test('a delegation is declared by its parent, signed by its keys, and a direct child', async () => {
    const { gun, roles } = await published();
    const [key] = roles.targets as [ReturnType<typeof craftKey>];
    const foo = craftKey();
    const bad = (parts: Parts, message: string) => refused(gun, parts, invalid('ErrBadTargets', message));
    await bad([['targets/foo', craft(targetsOf(), foo)]], 'tuf: invalid role targets/foo. delegation does not exist');
    const unknown = delegations({ name: 'targets/foo', keys: [foo] });
    unknown['keys'] = {};
    await bad(
      [['targets', craft(targetsOf(2, { delegations: unknown }), key)]],
      `targets type metadata invalid: key ID ${foo.id} specified in targets/foo without corresponding key`,
    );
    await bad(
      [['targets', craft(targetsOf(2, { delegations: delegations({ name: 'targets/foo/bar', keys: [foo] }) }), key)]],
      'targets type metadata invalid: delegation role targets/foo/bar invalid',
    );
    await accepted(gun, [
      [
        'targets',
        craft(targetsOf(2, { delegations: delegations({ name: 'targets/foo', keys: [foo], paths: ['ok/'] }) }), key),
      ],
    ]);
    await bad(
      [['targets/foo', craft(targetsOf(), craftKey())]],
      'valid signatures did not meet threshold for targets/foo',
    );
    await accepted(gun, [
      ['targets/foo', craft(targetsOf(1, { targets: { 'ok/a': target(), elsewhere: target() } }), foo)],
    ]);
    const deep = craftKey();
    await accepted(gun, [
      ['targets/foo/deep', craft(targetsOf(1), deep)],
      [
        'targets/foo',
        craft(targetsOf(2, { delegations: delegations({ name: 'targets/foo/deep', keys: [deep] }) }), foo),
      ],
    ]);
    assert.equal((await current(gun, 'targets/foo/deep')).status, 200);
    assert.equal((await current(gun, '1.targets/foo/deep')).status, 200);
    const sha = createHash('sha256')
      .update((await current(gun, 'targets/foo')).raw)
      .digest('hex');
    assert.equal((await current(gun, `targets/foo.${sha}`)).status, 200);
    assert.equal((await current(gun, `targets.${sha}`)).status, 404);
  });
});

describe('a snapshot of the owner', () => {
  const meta = (raw: Uint8Array) => ({
    hashes: { sha256: createHash('sha256').update(raw).digest('base64') },
    length: raw.length,
  });

  test('lists what is published with its hashes, is signed, and in force', async () => {
    const gun = newGun();
    const key = craftKey();
    const roles = { ...(await newRoles(server, gun)), snapshot: key.json };
    const root = craft(rootOf(roles), roles.root[0]!);
    const targets = craft(targetsOf(), roles.targets[0]!);
    const all = (snapshot: Uint8Array): Parts => [
      ['root', root],
      ['targets', targets],
      ['snapshot', snapshot],
    ];
    const made = (more = {}) => ({
      _type: 'Snapshot',
      version: 1,
      expires: inYears(1),
      meta: { root: meta(root), targets: meta(targets) },
      ...more,
    });
    const bad = (snapshot: Uint8Array, message: string) =>
      refused(gun, all(snapshot), invalid('ErrBadSnapshot', message));
    const wrong = { root: meta(targets), targets: meta(targets) };
    await bad(
      craft(made({ meta: wrong }), key),
      `sha256 checksum for root did not match: expected ${createHash('sha256').update(targets).digest('hex')}`,
    );
    await bad(
      craft(made({ meta: { targets: meta(targets) } }), key),
      'snapshot type metadata invalid: missing root sha256 checksum information',
    );
    await bad(craft(made(), craftKey()), 'valid signatures did not meet threshold for snapshot');
    const expired = await publish(server, gun, all(craft(made({ expires: yesterday() }), key)));
    assert.match(expired.text, /"Name":"ErrBadSnapshot","Error":\{"Msg":"snapshot expired at /);
    const snapshot = craft(made(), key);
    await accepted(gun, all(snapshot));
    assert.equal((await current(gun, 'snapshot')).raw, Buffer.from(snapshot).toString());
    const zero = await publish(server, gun, []);
    assert.match(zero.text, /server does not hold current snapshot key/);
  });
});

describe('the form of an update', () => {
  test('role names, bodies, forms', async () => {
    const { gun, roles } = await published();
    const raw = craft(targetsOf(2), roles.targets[0]!);
    const error = (code: string, message: string, detail?: unknown) =>
      JSON.stringify({ errors: [{ code, message, ...(detail !== undefined && { detail }) }] });
    const role = 'The role you are attempting to operate on is invalid.';
    await refused(gun, [['foo', raw]], error('INVALID_ROLE', role, 'foo'));
    await refused(gun, [['targets/Foo', raw]], error('INVALID_ROLE', role, 'targets/Foo'));
    await refused(gun, [['targets/../x', raw]], error('INVALID_ROLE', role, 'targets/../x'));
    await refused(gun, [['', raw]], error('NO_FILENAME', 'No file/role name provided.'));
    const malformed = 'JSON sent by the client could not be parsed by the server';
    for (const body of [
      '',
      '{',
      '[]',
      'null',
      '{}',
      '{"signed":{}}',
      '{"signed":{"_type":"Targets"},"signatures":[]}',
      '{"signed":{"_type":"Targets","_type":"x","version":1,"expires":"2030-01-01T00:00:00Z"},"signatures":[]}',
    ])
      await refused(gun, [['targets', body]], error('MALFORMED_JSON', malformed));
    const plain = await server.fetch(`/v2/${gun}/_trust/tuf/`, { method: 'POST', body: 'x' });
    assert.deepEqual(
      [plain.status, await plain.text()],
      [400, error('MALFORMED_UPLOAD', 'The body of your request is malformed.')],
    );
    const broken = await server.fetch(`/v2/${gun}/_trust/tuf/`, {
      method: 'POST',
      body: 'no parts',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    assert.equal(broken.status, 400);
    const before = (await current(gun, 'timestamp')).signed['version'] as number;
    await accepted(gun, []);
    assert.equal((await current(gun, 'timestamp')).signed['version'], before + 1);
  });

  test('bytes are stored as they came: another order of members, milliseconds, white space', async () => {
    const { gun, roles } = await started();
    const root = Buffer.from(
      JSON.stringify(JSON.parse(Buffer.from(craft(rootOf(roles), roles.root[0]!)).toString()), null, 2),
    );
    await accepted(gun, [
      ['root', root],
      ['targets', craft(targetsOf(), roles.targets[0]!)],
    ]);
    assert.equal((await current(gun, 'root')).raw, root.toString());
    const sha = createHash('sha256').update(root).digest('hex');
    assert.equal((await current(gun, `root.${sha}`)).raw, root.toString());
  });
});

describe('keys of the server', () => {
  test('a new one each time until a root names one; a rotation is always new', async () => {
    const gun = newGun();
    assert.notDeepEqual(await serverKey(server, gun, 'snapshot'), await serverKey(server, gun, 'snapshot'));
    const { gun: known, roles } = await published();
    assert.deepEqual(await serverKey(server, known, 'snapshot'), roles.snapshot);
    const rotated = await serverKey(server, known, 'snapshot', 'POST');
    assert.notDeepEqual(rotated, roles.snapshot);
    assert.deepEqual(await serverKey(server, known, 'snapshot'), roles.snapshot);
    await accepted(known, [['root', craft(rootOf({ ...roles, snapshot: rotated }, 2), roles.root[0]!)]]);
    assert.deepEqual(await serverKey(server, known, 'snapshot'), rotated);
    for (const role of ['root', 'targets', 'other'])
      assert.equal((await server.fetch(`/v2/${known}/_trust/tuf/${role}.key`)).status, 404);
  });
});

describe('reading', () => {
  test('headers, other methods, names that are none', async () => {
    const { gun } = await published();
    const response = await server.fetch(`/v2/${gun}/_trust/tuf/root.json`);
    assert.equal(response.headers.get('cache-control'), 'public, max-age=300, s-maxage=300, must-revalidate');
    assert.match(
      response.headers.get('last-modified') ?? '',
      /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} UTC$/,
    );
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
    const byVersion = await server.fetch(`/v2/${gun}/_trust/tuf/1.root.json`);
    assert.equal(byVersion.headers.get('cache-control'), 'public, max-age=2592000, s-maxage=2592000');
    assert.equal((await server.fetch(`/v2/${gun}/_trust/tuf/01.root.json`)).status, 200);
    for (const [method, path] of [
      ['HEAD', 'tuf/root.json'],
      ['PUT', 'tuf/root.json'],
      ['GET', 'tuf/nothing.json'],
      ['GET', 'tuf/'],
      ['GET', 'tuf/Root.json'],
      ['POST', 'tuf'],
      ['GET', 'else'],
    ] as const)
      assert.equal((await server.fetch(`/v2/${gun}/_trust/${path}`, { method })).status, 404, `${method} ${path}`);
    assert.equal((await server.fetch(`/v2/${gun}/_trust/tuf/root.json`, { method: 'PATCH' })).status, 405);
    const unknown = await server.fetch(`/v2/team/nothing/_trust/tuf/root.json`);
    assert.deepEqual(await unknown.json(), {
      errors: [{ code: 'METADATA_NOT_FOUND', message: 'You have requested metadata that does not exist.', detail: {} }],
    });
  });

  test('the changefeed: pages forward and back, one collection or all', async () => {
    const { gun, roles } = await published();
    for (const version of [2, 3, 4]) await accepted(gun, [['targets', craft(targetsOf(version), roles.targets[0]!)]]);
    const feed = async (path: string) =>
      (await (await server.fetch(path)).json()) as {
        count: number;
        records: { ID: string; GUN: string; Version: number; SHA256: string; Category: string }[];
      };
    const all = await feed(`/v2/${gun}/_trust/changefeed?records=10`);
    assert.deepEqual(
      all.records.map(({ Version, Category }) => [Version, Category]),
      [
        [1, 'update'],
        [2, 'update'],
        [3, 'update'],
        [4, 'update'],
      ],
    );
    const raw = (await current(gun, 'timestamp')).raw;
    assert.equal(all.records[3]?.SHA256, createHash('sha256').update(raw).digest('hex'));
    const ids = all.records.map((record) => Number(record.ID));
    assert.deepEqual(
      (await feed(`/v2/${gun}/_trust/changefeed?records=2&change_id=${ids[0]}`)).records.map((record) =>
        Number(record.ID),
      ),
      ids.slice(1, 3),
    );
    assert.deepEqual(
      (await feed(`/v2/${gun}/_trust/changefeed?records=-2&change_id=${ids[3]}`)).records.map((record) =>
        Number(record.ID),
      ),
      ids.slice(1, 3),
    );
    assert.deepEqual(
      (await feed(`/v2/${gun}/_trust/changefeed?records=-2`)).records.map((record) => Number(record.ID)),
      ids.slice(2),
    );
    assert.deepEqual(
      (await feed(`/v2/_trust/changefeed?records=1&change_id=-1`)).records.map((record) => record.GUN),
      [gun],
    );
    assert.equal((await server.fetch(`/v2/${gun}/_trust/changefeed`)).status, 400);
    assert.equal((await server.fetch(`/v2/${gun}/_trust/changefeed?records=x`)).status, 400);
  });

  test('deletion takes everything, and is answered for what is not there', async () => {
    const { gun } = await published();
    const remove = () => server.fetch(`/v2/${gun}/_trust/tuf/`, { method: 'DELETE' });
    assert.equal((await remove()).status, 200);
    assert.equal((await current(gun, 'root')).status, 404);
    assert.equal((await current(gun, '1.root')).status, 404);
    assert.equal((await remove()).status, 200);
    assert.equal((await server.fetch(`/v2/${gun.slice(0, -1)}/_trust/tuf/`, { method: 'DELETE' })).status < 500, true);
  });
});

describe('bounds', () => {
  test('10,000 tags, 1,000 delegations in one update, and an update that is too large', async () => {
    const { gun, roles } = await published();
    const [key] = roles.targets as [ReturnType<typeof craftKey>];
    const tags = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`v${index}`, target()]));
    await accepted(gun, [['targets', craft(targetsOf(2, { targets: tags }), key)]]);
    const signer = craftKey();
    const names = Array.from({ length: 1000 }, (_, index) => `targets/signer${index}`);
    const declared = delegations(...names.map((name) => ({ name, keys: [signer] })));
    const one = craft(targetsOf(), signer);
    await accepted(gun, [
      ...names.map((name) => [name, one] as const),
      ['targets', craft(targetsOf(3, { delegations: declared }), key)],
    ]);
    const { meta } = (await current(gun, 'snapshot')).signed as { meta: Record<string, unknown> };
    assert.equal(Object.keys(meta).length, 1002);
    const huge = await server.fetch(`/v2/${gun}/_trust/tuf/`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: Buffer.alloc(100 * 1024 * 1024, 0x20),
    });
    assert.equal(huge.status, 413);
    assert.match(await huge.text(), /at most 67108864 bytes/);
    const deep = `{"signed":{"_type":"Targets","version":4,"expires":"2030-01-01T00:00:00Z","x":${'['.repeat(500)}${']'.repeat(500)}},"signatures":[]}`;
    assert.equal((await publish(server, gun, [['targets', deep]])).status, 400);
  });
});
