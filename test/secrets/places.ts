import { gzipSync } from 'node:zlib';
import { tarOf, zipOf } from '../archives.ts';

export interface Place {
  readonly place: string;
  write(name: string, secret: string, number: number): { path: string; content: string | Uint8Array };
}

const camel = (name: string) => name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const dotted = (name: string) => name.toLowerCase().replaceAll('_', '.');

/** How a secret stands in a file: the forms in which people leave them behind. */
export const places: readonly Place[] = [
  {
    place: '.env',
    write: (name, secret, n) => ({
      path: `srv/app${n}/.env`,
      content: `NODE_ENV=production\nPORT=8080\n${name}=${secret}\nLOG_LEVEL=info\n`,
    }),
  },
  {
    place: 'exported by a script',
    write: (name, secret, n) => ({
      path: `usr/local/bin/start${n}.sh`,
      content: `#!/bin/sh\nset -e\nexport ${name}="${secret}"\nexec /srv/app/server --port 8080\n`,
    }),
  },
  {
    place: 'YAML',
    write: (name, secret, n) => ({
      path: `etc/app${n}/config.yaml`,
      content: `server:\n  port: 8080\nupstream:\n  ${name.toLowerCase()}: "${secret}"\n  timeout: 30s\n`,
    }),
  },
  {
    place: 'JSON on one line',
    write: (name, secret, n) => ({
      path: `srv/app${n}/config/production.json`,
      content: JSON.stringify({ port: 8080, [camel(name)]: secret, features: ['cart', 'search'] }),
    }),
  },
  {
    place: 'JavaScript',
    write: (name, secret, n) => ({
      path: `srv/app${n}/src/client.js`,
      content: `import { Client } from './http.js';\n\nconst ${camel(name)} = '${secret}';\nexport const client = new Client({ key: ${camel(name)}, retries: 3 });\n`,
    }),
  },
  {
    place: 'Python',
    write: (name, secret, n) => ({
      path: `srv/app${n}/settings.py`,
      content: `import os\n\nTIMEOUT = 30\n${name} = "${secret}"\nRETRIES = int(os.environ.get("RETRIES", "3"))\n`,
    }),
  },
  {
    place: 'Java properties',
    write: (name, secret, n) => ({
      path: `opt/app${n}/conf/application.properties`,
      content: `server.port=8080\r\n${dotted(name)}=${secret}\r\nlogging.level.root=INFO\r\n`,
    }),
  },
  {
    place: 'minified bundle',
    write: (name, secret, n) => ({
      path: `srv/app${n}/dist/main.js`,
      content: `${'(()=>{"use strict";function t(e){return e+1}'.repeat(40)}var r={${camel(name)}:"${secret}",base:"/v1"};${'})();'.repeat(40)}\n`,
    }),
  },
  {
    place: 'Go',
    write: (name, secret, n) => ({
      path: `srv/app${n}/internal/config.go`,
      content: `package internal\n\nconst (\n\tport = 8080\n\t${camel(name)} = "${secret}"\n)\n`,
    }),
  },
  {
    place: 'TOML',
    write: (name, secret, n) => ({
      path: `etc/app${n}/settings.toml`,
      content: `[http]\nport = 8080\n\n[upstream]\n${name.toLowerCase()} = "${secret}"\n`,
    }),
  },
  {
    place: 'compose file',
    write: (name, secret, n) => ({
      path: `srv/app${n}/docker-compose.yml`,
      content: `services:\n  web:\n    image: shop/web:1\n    environment:\n      - PORT=8080\n      - ${name}=${secret}\n`,
    }),
  },
  {
    place: 'PHP',
    write: (name, secret, n) => ({
      path: `var/www/html${n}/config.php`,
      content: `<?php\nreturn [\n  'port' => 8080,\n  '${name.toLowerCase()}' => '${secret}',\n];\n`,
    }),
  },
  {
    place: 'Ruby',
    write: (name, secret, n) => ({
      path: `srv/app${n}/config/initializers/client.rb`,
      content: `Client.configure do |config|\n  config.${name.toLowerCase()} = "${secret}"\n  config.timeout = 30\nend\n`,
    }),
  },
  {
    place: 'notes',
    write: (name, secret, n) => ({
      path: `root/notes${n}.txt`,
      content: `to do\n- rotate ${name}: ${secret}\n- order of migrations\n`,
    }),
  },
  {
    place: 'log of a build',
    write: (name, secret, n) => ({
      path: `var/log/build${n}.log`,
      content: `2026-03-01T10:00:00Z INFO starting\n2026-03-01T10:00:01Z DEBUG env ${name}=${secret} PATH=/usr/bin\n2026-03-01T10:00:02Z INFO done\n`,
    }),
  },
];

/** Forms that hide a secret from a plain look. */
export const hardPlaces: readonly Place[] = [
  {
    place: 'UTF-16 file',
    write: (name, secret, n) => ({
      path: `app${n}/settings.ini`,
      content: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`[app]\r\n${name}=${secret}\r\n`, 'utf16le')]),
    }),
  },
  {
    place: 'jar',
    write: (name, secret, n) => ({
      path: `opt/app${n}/lib/app.jar`,
      content: zipOf({
        'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n',
        'application.properties': `${dotted(name)}=${secret}\n`,
      }),
    }),
  },
  {
    place: 'tar.gz',
    write: (name, secret, n) => ({
      path: `root/backup${n}.tar.gz`,
      content: gzipSync(tarOf([{ path: 'app/.env', content: `${name}=${secret}\n` }])),
    }),
  },
  {
    place: 'compiled Python',
    write: (name, secret, n) => ({
      path: `srv/app${n}/__pycache__/settings.cpython-312.pyc`,
      content: Buffer.concat([
        Buffer.from('cb0d0d0a00000000', 'hex'),
        Buffer.alloc(8, 7),
        Buffer.from([0xe3, 0, 0, 0, 0, 0xda, name.length]),
        Buffer.from(name),
        Buffer.from([0x7a, secret.length & 0xff]),
        Buffer.from(secret),
        Buffer.from([0xa9, 0x72, 3, 0, 0]),
      ]),
    }),
  },
  {
    place: 'program',
    write: (name, secret, n) => ({
      path: `usr/local/bin/app${n}`,
      content: Buffer.concat([
        Buffer.from('7f454c4602010100', 'hex'),
        Buffer.alloc(4096, 0x90),
        Buffer.from(`\0${name}\0${secret}\0`),
        Buffer.alloc(4096),
      ]),
    }),
  },
];
