import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tarOf } from '../archives.ts';
import { answerOf, pushImageOf } from '../image-pusher.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { succeed } from './command.ts';

/** Bills of materials against the validators that the publishers of the formats give out. */
const interpreter = process.env['SBOM_PYTHON'];
const skip = interpreter ? false : 'SBOM_PYTHON names no Python with cyclonedx-python-lib and spdx-tools';
const MAIN = join(import.meta.dirname, '../../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'assay-bills-'));
let server: TestServer;
let image: string;

const cycloneDx = (version: string) => `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.${version}).validate_str(open(sys.argv[1]).read())
sys.exit(str(error)[:2000] if error else 0)`;
const spdx = `
import sys
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
found = validate_full_spdx_document(parse_file(sys.argv[1]), 'SPDX-2.3')
sys.exit('; '.join(each.validation_message for each in found)[:2000] if found else 0)`;

before(async () => {
  server = await startServer();
  const files = [
    { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' },
    {
      path: 'var/lib/dpkg/status',
      content:
        'Package: openssl\nStatus: install ok installed\nVersion: 3.0.1-1\nArchitecture: amd64\nMaintainer: x\nDescription: x\n',
    },
    {
      path: 'app/node_modules/left/package.json',
      content: JSON.stringify({ name: 'left', version: '1.2.3', license: '(MIT OR Apache-2.0)' }),
    },
  ];
  const pushed = await pushImageOf(server, 'shop/app', [tarOf(files)], {}, '1');
  await answerOf(server, `${pushed.path}/findings`);
  image = `${server.host}/shop/app:1`;
});
after(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const forms = [
  ['cyclonedx', 'bill.cdx.json', cycloneDx('V1_6')],
  ['cyclonedx-1.7', 'bill-1.7.cdx.json', cycloneDx('V1_7')],
  ['spdx', 'bill.spdx.json', spdx],
] as const;
for (const [form, name, script] of forms)
  test(`${form}: valid by its publisher's own validator`, { skip }, async () => {
    const env = { ASSAY_USER: 'admin', ASSAY_PASSWORD: ADMIN_PASSWORD, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const path = join(folder, name);
    writeFileSync(path, await succeed(process.execPath, [MAIN, 'sbom', '--format', form, image], { env }));
    await succeed(interpreter ?? '', ['-c', script, path]);
  });
