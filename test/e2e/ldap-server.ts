import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ownCertificate } from '../../src/adapters/tls/own-authority.ts';
import { command, succeed } from './command.ts';

export const BASE = 'dc=example,dc=org';
export const SERVICE_DN = `cn=service,${BASE}`;
export const SERVICE_PASSWORD = 'service-password-1';
export const PERSON_PASSWORD = 'ldap-password-1';

export interface LdapServer extends AsyncDisposable {
  readonly plain: string;
  readonly secure: string;
  /** PEM of the authority that its certificate is from. */
  readonly ca: string;
  /** Applies LDIF changes as the root of the tree. */
  modify(ldif: string): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function person(uid: string, extra = ''): string {
  return `dn: uid=${uid},ou=people,${BASE}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: ${uid}
mail: ${uid}@example.org
userPassword: ${PERSON_PASSWORD}
${extra}`;
}

function group(name: string, members: readonly string[]): string {
  return `dn: cn=${name},ou=groups,${BASE}
objectClass: groupOfNames
cn: ${name}
${members.map((member) => `member: ${member}`).join('\n')}
`;
}

const uid = (name: string) => `uid=${name},ou=people,${BASE}`;
const cn = (name: string) => `cn=${name},ou=groups,${BASE}`;

/** People ann, bob, eve and 1,200 more; `inner` (ann) is in `middle` is in `outer`, which is in `middle` again. */
const TREE = [
  `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n`,
  `dn: ${SERVICE_DN}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: service\nuserPassword: ${SERVICE_PASSWORD}\n`,
  `dn: ou=people,${BASE}\nobjectClass: organizationalUnit\nou: people\n`,
  `dn: ou=groups,${BASE}\nobjectClass: organizationalUnit\nou: groups\n`,
  ...['ann', 'bob', 'eve', 'admin', 'star*name', 'paren(x)'].map((name) => person(name)),
  `dn: uid=twin,ou=groups,${BASE}\nobjectClass: inetOrgPerson\nuid: twin\ncn: twin\nsn: twin\nuserPassword: ${PERSON_PASSWORD}\n`,
  person('twin'),
  ...Array.from({ length: 1200 }, (_, at) => person(`many${at}`)),
  group('inner', [uid('ann')]),
  group('middle', [cn('inner'), cn('outer')]),
  group('outer', [cn('middle')]),
  group('direct', [uid('bob')]),
  ...Array.from({ length: 620 }, (_, at) => group(`paged${at}`, [uid('eve')])),
];

/** A real slapd on loopback, with TLS of an authority of its own, an empty tree's defaults and the people above. */
export async function startLdapServer(): Promise<LdapServer> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-ldap-'));
  mkdirSync(join(folder, 'data'));
  const tls = ownCertificate(join(folder, 'tls'), ['127.0.0.1', 'localhost'], Date.now());
  for (const [file, text] of [
    ['ca.pem', tls.authority],
    ['cert.pem', tls.cert],
    ['key.pem', tls.key],
  ] as const)
    writeFileSync(join(folder, file), text, { mode: 0o600 });
  writeFileSync(
    join(folder, 'slapd.conf'),
    `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
database mdb
suffix "${BASE}"
rootdn "cn=root,${BASE}"
rootpw root-password
directory ${folder}/data
maxsize 67108864
index objectClass,uid,member eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${SERVICE_DN}" read by self read by * none
`,
  );
  writeFileSync(join(folder, 'tree.ldif'), TREE.join('\n'));
  await succeed('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'tree.ldif')], {});
  const [plainPort, securePort] = [await freePort(), await freePort()];
  const plain = `ldap://127.0.0.1:${plainPort}`;
  const secure = `ldaps://127.0.0.1:${securePort}`;
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn('/usr/sbin/slapd', ['-f', join(folder, 'slapd.conf'), '-h', `${plain}/ ${secure}/`, '-d', '0'], {
      stdio: 'ignore',
    });
    for (let tries = 0; tries < 100; tries++) {
      const socket = connect(securePort, '127.0.0.1');
      const answered = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'error').then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (answered) return;
      await pause(50);
    }
    throw new Error('slapd does not answer');
  };
  const stop = async () => {
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  await start();
  return {
    plain,
    secure,
    ca: tls.authority,
    start,
    stop,
    async modify(ldif) {
      const file = join(folder, 'change.ldif');
      writeFileSync(file, ldif);
      const { status, stderr } = await command('ldapmodify', [
        '-x',
        '-H',
        plain,
        '-D',
        `cn=root,${BASE}`,
        '-w',
        'root-password',
        '-f',
        file,
      ]);
      if (status !== 0) throw new Error(`ldapmodify: ${stderr}`);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
