import type { Severity } from '../../advisories/advisory.ts';
import { entropy } from './checks.ts';
import type { Checked, Sighting, Spot } from './rule.ts';

const BEGIN =
  /-----BEGIN ((?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP |ANY |SSH2 ENCRYPTED )?PRIVATE KEY(?: BLOCK)?)-----/y;
const LONGEST = 16 * 1024;

/** A private key in PEM (RFC 7468) or OpenPGP armor (RFC 9580), its line ends real or written as in JSON. */
export function privateKey({ text, at }: Spot): Sighting | undefined {
  BEGIN.lastIndex = at;
  const label = BEGIN.exec(text)?.[1];
  if (label === undefined) return undefined;
  const end = text.indexOf(`-----END ${label}-----`, BEGIN.lastIndex);
  if (end < 0 || end - at > LONGEST) return undefined;
  const armored = text.slice(BEGIN.lastIndex, end);
  const checked = checkBody(label, armored);
  if (checked === false) return undefined;
  return { start: at, end, ...(typeof checked === 'object' && checked) };
}

function checkBody(label: string, armored: string): Checked {
  const lines = armored.replaceAll(/\\[nr]/g, '\n').split(/[\r\n]+/);
  const headers = lines.filter((line) => line.includes(':'));
  const body = lines
    .filter((line) => !line.includes(':') && !line.trim().startsWith('='))
    .join('')
    .replaceAll(/[\s"',+\\]/g, (each) => (each === '+' ? each : ''));
  if (body.length < 40 || !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return false;
  const bytes = Buffer.from(body, 'base64');
  if (label.startsWith('ENCRYPTED') || headers.some((line) => line.includes('ENCRYPTED'))) return encrypted;
  if (label === 'OPENSSH PRIVATE KEY') return opensshKey(bytes, body);
  if (label.startsWith('PGP')) return pgpKey(bytes) || doubtful(body);
  return isDer(bytes) || doubtful(body);
}

const encrypted = { severity: 'medium' as Severity, remark: 'it is encrypted with a passphrase' };

/** OpenSSH, PROTOCOL.key: magic, then the name of the cipher. */
function opensshKey(bytes: Buffer, body: string): Checked {
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic) return doubtful(body);
  const length = bytes.length > 19 ? bytes.readUInt32BE(15) : 0;
  return bytes.toString('latin1', 19, 19 + Math.min(length, 32)) === 'none' || encrypted;
}

/** RFC 9580 section 5: a secret key packet (tag 5), old or new form of its header. */
function pgpKey(bytes: Buffer): boolean {
  const first = bytes[0]!;
  if ((first & 0x80) === 0) return false;
  return ((first & 0x40) === 0 ? (first >> 2) & 0xf : first & 0x3f) === 5;
}

/** X.690: one SEQUENCE as long as the bytes are. */
function isDer(bytes: Buffer): boolean {
  if (bytes[0] !== 0x30 || bytes.length < 16) return false;
  const first = bytes[1]!;
  if (first < 0x80) return first + 2 <= bytes.length;
  const count = first & 0x7f;
  if (count < 1 || count > 3) return false;
  const length = bytes.readUIntBE(2, count) + 2 + count;
  return length === bytes.length;
}

/** Cut examples of documentation are short; a key that was damaged is long and still mixed. */
function doubtful(body: string): Checked {
  if (body.length < 300 || entropy(body) < 5) return false;
  return { severity: 'medium', remark: 'what is in it does not read as a key' };
}
