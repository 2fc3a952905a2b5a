import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority for client certificates, made with OpenSSL so that lists of revocations come from elsewhere too. */
export class ClientAuthority implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'assay-clients-ca-'));
  readonly certFile = join(this.folder, 'ca.crt');
  readonly listFile = join(this.folder, 'revoked.pem');

  constructor(name = 'Clients of a test') {
    writeFileSync(join(this.folder, 'index.txt'), '');
    writeFileSync(join(this.folder, 'serial'), '1000\n');
    writeFileSync(join(this.folder, 'crlnumber'), '01\n');
    writeFileSync(
      join(this.folder, 'ca.cnf'),
      `[ca]\ndefault_ca = own\n[own]\ndir = ${this.folder}\ndatabase = $dir/index.txt\nserial = $dir/serial\n` +
        'new_certs_dir = $dir\ncrlnumber = $dir/crlnumber\ncertificate = $dir/ca.crt\nprivate_key = $dir/ca.key\n' +
        'default_md = sha256\npolicy = any\ncopy_extensions = copy\nunique_subject = no\n' +
        '[any]\ncommonName = optional\n[req]\ndistinguished_name = none\n[none]\n',
    );
    this.#openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout ca.key -out ca.crt',
      '-subj',
      `/CN=${name}`,
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
    );
    this.writeList();
  }

  issue(
    name: string,
    options: { alternative?: string; usage?: string; from?: Date; until?: Date } = {},
  ): IssuedCertificate {
    const file = name.replaceAll(/[^a-zA-Z0-9]/g, '_');
    const [certFile, keyFile] = [join(this.folder, `${file}.crt`), join(this.folder, `${file}.key`)];
    const spelled = (date: Date) =>
      `${date
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(0, 14)}Z`;
    this.#openssl(
      `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${keyFile} -out ${file}.csr`,
      '-subj',
      `/CN=${name.replaceAll('/', '\\/')}`,
      '-addext',
      `extendedKeyUsage=${options.usage ?? 'clientAuth'}`,
      ...(options.alternative === undefined ? [] : ['-addext', `subjectAltName=${options.alternative}`]),
    );
    const now = Date.now();
    this.#openssl(
      `ca -batch -notext -config ca.cnf -in ${file}.csr -out ${certFile}`,
      '-startdate',
      spelled(options.from ?? new Date(now - 86_400_000)),
      '-enddate',
      spelled(options.until ?? new Date(now + 86_400_000)),
    );
    return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile };
  }

  revoke({ certFile }: IssuedCertificate): void {
    this.#openssl(`ca -config ca.cnf -revoke ${certFile}`);
    this.writeList();
  }

  writeList(seconds = 3600): void {
    this.#openssl(`ca -config ca.cnf -gencrl -crlsec ${seconds} -out revoked.pem`);
  }

  #openssl(line: string, ...more: readonly string[]): void {
    execFileSync('openssl', [...line.split(' '), ...more], { cwd: this.folder, stdio: 'pipe' });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
