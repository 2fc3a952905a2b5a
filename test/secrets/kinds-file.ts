import { generateKeyPairSync } from 'node:crypto';
import { file, token, type Kind } from './kind.ts';
import type { Letters } from './letters.ts';

const pem = (label: string, bytes: Buffer) =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`;

/** draft-miller-ssh-agent / PROTOCOL.key of OpenSSH: one Ed25519 key, not encrypted. */
function opensshKey(letters: Letters): string {
  const field = (bytes: Buffer | string) => {
    const body = Buffer.from(bytes as never);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, body]);
  };
  const publicKey = letters.bytes(32);
  const check = letters.bytes(4);
  const inner = Buffer.concat([
    check,
    check,
    field('ssh-ed25519'),
    field(publicKey),
    field(Buffer.concat([letters.bytes(32), publicKey])),
    field('deploy@ci'),
  ]);
  const padded = Buffer.concat([inner, Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (inner.length % 8)) % 8))]);
  const bytes = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(Buffer.concat([field('ssh-ed25519'), field(publicKey)])),
    field(padded),
  ]);
  return pem('OPENSSH PRIVATE KEY', bytes);
}

const password = (l: Letters) => `${l.of('password', 14)}${l.of('digits', 2)}x`;

/** Secrets that have a file of their own, or a form of their own inside a file. */
export const fileKinds: readonly Kind[] = [
  file('RSA private key (PKCS #1)', 'etc/ssl/private/shop.key', () => ({
    secret: 'PRIVATE KEY',
    text: generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
  })),
  file('EC private key (SEC 1)', 'srv/app/keys/jwt-es256.pem', () => ({
    secret: 'PRIVATE KEY',
    text: generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'sec1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
  })),
  file('PKCS #8 private key, encrypted', 'opt/app/tls/server.key', (l) => ({
    secret: 'PRIVATE KEY',
    text: generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: l.of('alnum', 9) },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
  })),
  file('OpenSSH private key', 'root/.ssh/id_ed25519', (l) => ({ secret: 'PRIVATE KEY', text: opensshKey(l) })),
  file('OpenPGP private key', 'home/app/.gnupg/export.asc', (l) => ({
    secret: 'PRIVATE KEY',
    text: `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${Buffer.concat([
      Buffer.from([
        0x94, 0x58, 0x04, 0x65, 0x30, 0x11, 0x22, 0x16, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01,
        0x01, 0x07, 0x40,
      ]),
      l.bytes(500),
    ])
      .toString('base64')
      .replace(/(.{64})/g, '$1\n')}\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----\n`,
  })),
  file('PuTTY private key', 'home/app/deploy.ppk', (l) => ({
    secret: 'PuTTY',
    text: `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: deploy\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAI${l.of('base64', 39)}\n${l.of('base64', 3)}=\nPrivate-Lines: 1\n${l.of('base64', 47)}=\nPrivate-MAC: ${l.of('hex', 64)}\n`,
  })),
  file('age key file', 'root/.config/sops/age/keys.txt', (l) => {
    const secret = `AGE-SECRET-KEY-1${l.of('bech32', 58)}`;
    return {
      secret,
      text: `# created: 2026-03-01T10:00:00Z\n# public key: age1${l.of('lowerAlnum', 58)}\n${secret}\n`,
    };
  }),
  file('WireGuard settings', 'etc/wireguard/wg0.conf', (l) => {
    const secret = l.bytes(32).toString('base64');
    return {
      secret,
      text: `[Interface]\nAddress = 10.7.0.2/32\nPrivateKey = ${secret}\n\n[Peer]\nPublicKey = ${l.bytes(32).toString('base64')}\nEndpoint = 192.0.2.7:51820\nAllowedIPs = 0.0.0.0/0\n`,
    };
  }),
  file('docker sign-in', 'root/.docker/config.json', (l) => {
    const secret = Buffer.from(`ci:${password(l)}`).toString('base64');
    return { secret, text: JSON.stringify({ auths: { 'registry.shop.internal:5000': { auth: secret } } }) };
  }),
  file('.netrc', 'root/.netrc', (l) => {
    const secret = password(l);
    return { secret, text: `machine git.shop.internal\n  login ci\n  password ${secret}\n` };
  }),
  file('.git-credentials', 'root/.git-credentials', (l) => {
    const secret = password(l).replaceAll(/[!%*]/g, 'k');
    return { secret, text: `https://ci:${secret}@git.shop.internal\n` };
  }),
  file('git remote with a password', 'srv/app/.git/config', (l) => {
    const secret = l.of('alnum', 20);
    return {
      secret,
      text: `[core]\n\tbare = false\n[remote "origin"]\n\turl = https://deploy:${secret}@git.shop.internal/shop/web.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`,
    };
  }),
  file('.npmrc', 'srv/app/.npmrc', (l) => {
    const secret = l.uuid();
    return { secret, text: `registry=https://npm.shop.internal/\n//npm.shop.internal/:_authToken=${secret}\n` };
  }),
  file('.pypirc', 'root/.pypirc', (l) => {
    const secret = password(l);
    return {
      secret,
      text: `[distutils]\nindex-servers = internal\n\n[internal]\nrepository = https://pypi.shop.internal/\nusername = ci\npassword = ${secret}\n`,
    };
  }),
  file('pip.conf with a password', 'etc/pip.conf', (l) => {
    const secret = l.of('alnum', 18);
    return { secret, text: `[global]\nindex-url = https://ci:${secret}@pypi.shop.internal/simple\n` };
  }),
  file('Maven settings', 'root/.m2/settings.xml', (l) => {
    const secret = password(l);
    return {
      secret,
      text: `<settings>\n  <servers>\n    <server>\n      <id>releases</id>\n      <username>ci</username>\n      <password>${secret}</password>\n    </server>\n  </servers>\n</settings>\n`,
    };
  }),
  file('NuGet settings', 'root/.nuget/NuGet/NuGet.Config', (l) => {
    const secret = l.of('alnum', 20);
    return {
      secret,
      text: `<?xml version="1.0" encoding="utf-8"?>\n<configuration>\n  <packageSourceCredentials>\n    <internal>\n      <add key="Username" value="ci" />\n      <add key="ClearTextPassword" value="${secret}" />\n    </internal>\n  </packageSourceCredentials>\n</configuration>\n`,
    };
  }),
  file('Composer sign-in', 'root/.composer/auth.json', (l) => {
    const secret = l.of('alnum', 24);
    return {
      secret,
      text: JSON.stringify({ 'http-basic': { 'repo.shop.internal': { username: 'ci', password: secret } } }, null, 2),
    };
  }),
  file('Gem credentials', 'root/.gem/credentials', (l) => {
    const secret = `rubygems_${l.of('hex', 48)}`;
    return { secret, text: `---\n:rubygems_api_key: ${secret}\n` };
  }),
  file('pgpass', 'root/.pgpass', (l) => {
    const secret = l.of('alnum', 16);
    return { secret, text: `db.shop.internal:5432:shop:app:${secret}\n` };
  }),
  file('MySQL client settings', 'root/.my.cnf', (l) => {
    const secret = password(l);
    return { secret, text: `[client]\nhost=db.shop.internal\nuser=app\npassword=${secret}\n` };
  }),
  file('password hash of root', 'etc/shadow', (l) => {
    const secret = `$6$${l.of('alnum', 16)}$${l.of('alnum', 86)}`;
    return { secret, text: `root:${secret}:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\n` };
  }),
  file('htpasswd', 'etc/nginx/.htpasswd', (l) => {
    const secret = `$apr1$${l.of('alnum', 8)}$${l.of('alnum', 22)}`;
    return { secret, text: `admin:${secret}\n` };
  }),
  file('Kubernetes client settings', 'root/.kube/config', (l) => {
    const key = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey;
    const secret = Buffer.from(key).toString('base64');
    return {
      secret,
      text: `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://k8s.shop.internal:6443\n  name: prod\nusers:\n- name: admin\n  user:\n    client-certificate-data: ${l.of('base64', 400)}\n    client-key-data: ${secret}\n`,
    };
  }),
  file('Kubernetes secret', 'srv/app/deploy/secret.yaml', (l) => {
    const secret = Buffer.from(password(l)).toString('base64');
    return {
      secret,
      text: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  password: ${secret}\n`,
    };
  }),
  file('Terraform state', 'srv/infra/terraform.tfstate', (l) => {
    const secret = l.of('alnum', 24);
    return {
      secret,
      text: JSON.stringify(
        {
          version: 4,
          terraform_version: '1.9.8',
          resources: [
            {
              mode: 'managed',
              type: 'aws_db_instance',
              name: 'shop',
              instances: [{ attributes: { engine: 'postgres', username: 'app', password: secret } }],
            },
          ],
        },
        null,
        2,
      ),
    };
  }),
  file('Ansible vault', 'srv/infra/group_vars/all/vault.yml', (l) => ({
    secret: '$ANSIBLE_VAULT',
    text: `$ANSIBLE_VAULT;1.1;AES256\n${Array.from({ length: 5 }, () => l.of('hex', 80)).join('\n')}\n`,
  })),
  file('Rails master key', 'srv/app/config/master.key', (l) => {
    const secret = l.of('hex', 32);
    return { secret, text: secret };
  }),
  file('Django settings', 'srv/app/shop/settings.py', (l) => {
    const secret = `${l.of('lowerAlnum', 24)}!k@${l.of('lowerAlnum', 20)}(=`;
    return {
      secret,
      text: `import os\n\nDEBUG = False\nSECRET_KEY = '${secret}'\nALLOWED_HOSTS = ['shop.internal']\n`,
    };
  }),
  file('Laravel .env', 'var/www/html/.env', (l) => {
    const secret = l.bytes(32).toString('base64');
    return { secret, text: `APP_NAME=Shop\nAPP_ENV=production\nAPP_KEY=base64:${secret}\nAPP_DEBUG=false\n` };
  }),
  file('WordPress settings', 'var/www/html/wp-config.php', (l) => {
    const secret = password(l);
    return {
      secret,
      text: `<?php\ndefine( 'DB_NAME', 'shop' );\ndefine( 'DB_USER', 'app' );\ndefine( 'DB_PASSWORD', '${secret}' );\ndefine( 'DB_HOST', 'db.shop.internal' );\n`,
    };
  }),
  file('Spring settings', 'srv/app/application-prod.yml', (l) => {
    const secret = password(l);
    return {
      secret,
      text: `spring:\n  datasource:\n    url: jdbc:postgresql://db.shop.internal/shop\n    username: app\n    password: "${secret}"\n`,
    };
  }),
  file('ASP.NET settings', 'app/appsettings.Production.json', (l) => {
    const secret = l.of('alnum', 20);
    return {
      secret,
      text: JSON.stringify(
        {
          ConnectionStrings: {
            Shop: `Server=db.shop.internal;Database=shop;User Id=app;Password=${secret};Encrypt=True`,
          },
        },
        null,
        2,
      ),
    };
  }),
  file('Tomcat users', 'opt/tomcat/conf/tomcat-users.xml', (l) => {
    const secret = l.of('alnum', 16);
    return {
      secret,
      text: `<tomcat-users>\n  <role rolename="manager-gui"/>\n  <user username="admin" password="${secret}" roles="manager-gui"/>\n</tomcat-users>\n`,
    };
  }),
  file('FileZilla site', 'root/.config/filezilla/sitemanager.xml', (l) => {
    const secret = Buffer.from(l.of('alnum', 14)).toString('base64');
    return {
      secret,
      text: `<?xml version="1.0"?>\n<FileZilla3><Servers><Server><Host>ftp.shop.internal</Host><User>web</User><Pass encoding="base64">${secret}</Pass></Server></Servers></FileZilla3>\n`,
    };
  }),
  file('history of a shell', 'root/.bash_history', (l) => {
    const secret = l.of('alnum', 15);
    return { secret, text: `ls -la\nmysql -h db.shop.internal -u app -p${secret} shop\nexit\n` };
  }),
  file('sshpass in a script', 'usr/local/bin/deploy.sh', (l) => {
    const secret = l.of('alnum', 15);
    return { secret, text: `#!/bin/sh\nset -eu\nsshpass -p '${secret}' scp -r dist/ web@www.shop.internal:/srv/www\n` };
  }),
  file('curl with a password', 'usr/local/bin/notify.sh', (l) => {
    const secret = l.of('alnum', 18);
    return {
      secret,
      text: `#!/bin/sh\ncurl -sS -u "ci:${secret}" https://api.shop.internal/deployments -d "state=done"\n`,
    };
  }),
  file('rclone settings', 'root/.config/rclone/rclone.conf', (l) => {
    const secret = l.of('base64', 40);
    return {
      secret,
      text: `[backup]\ntype = s3\nprovider = Minio\naccess_key_id = backup\nsecret_access_key = ${secret}\nendpoint = https://s3.shop.internal\n`,
    };
  }),
  file('s3cmd settings', 'root/.s3cfg', (l) => {
    const secret = l.of('base64', 40);
    return {
      secret,
      text: `[default]\naccess_key = AKIA${l.of('base32', 16)}\nsecret_key = ${secret}\nuse_https = True\n`,
    };
  }),
  file('minisign secret key', 'root/.minisign/minisign.key', (l) => {
    const secret = Buffer.concat([Buffer.from('EdSc'), Buffer.from('B2'), l.bytes(152)]).toString('base64');
    return { secret, text: `untrusted comment: minisign encrypted secret key\n${secret}\n` };
  }),
  file('cosign key', 'srv/ci/cosign.key', (l) => ({
    secret: 'PRIVATE KEY',
    text: pem(
      'ENCRYPTED SIGSTORE PRIVATE KEY',
      Buffer.from(
        JSON.stringify({
          kdf: { name: 'scrypt', params: { N: 65536, r: 8, p: 1 }, salt: l.bytes(32).toString('base64') },
          cipher: { name: 'nacl/secretbox', nonce: l.bytes(24).toString('base64') },
          ciphertext: l.bytes(160).toString('base64'),
        }),
      ),
    ),
  })),
  file('private key inside JSON', 'srv/app/config/saml.json', () => ({
    secret: 'PRIVATE KEY',
    text: JSON.stringify({
      entityId: 'https://shop.internal',
      key: generateKeyPairSync('rsa', {
        modulusLength: 2048,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      }).privateKey,
    }),
  })),
  token('PostgreSQL address', 'DATABASE_URL', (l) => `postgres://app:${l.of('alnum', 16)}@db.shop.internal:5432/shop`),
  token(
    'MongoDB address',
    'MONGODB_URI',
    (l) => `mongodb+srv://app:${l.of('alnum', 18)}@cluster0.x7k2p.mongodb.net/shop?retryWrites=true`,
  ),
  token('Redis address', 'REDIS_URL', (l) => `rediss://:${l.of('alnum', 32)}@cache.shop.internal:6380/0`),
  token('AMQP address', 'AMQP_URL', (l) => `amqps://shop:${l.of('alnum', 20)}@mq.shop.internal/orders`),
  token('SMTP password', 'SMTP_PASSWORD', (l) => password(l)),
  token('password of an administrator', 'ADMIN_PASSWORD', (l) => password(l)),
  token('private API key', 'INTERNAL_API_KEY', (l) => l.of('alnum', 32)),
  token('encryption key', 'ENCRYPTION_KEY', (l) => l.bytes(32).toString('base64')),
  token('session secret', 'SESSION_SECRET', (l) => l.of('hex', 64)),
];
