import { BlockList, isIP } from 'node:net';
import { AssayError } from '../../lib/error.ts';

/** Never asked, whoever wants it: link-local networks and the metadata services of clouds live there. */
const NEVER = [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '0.0.0.0/8',
  '::/128',
  '224.0.0.0/4',
  'ff00::/8',
  '255.255.255.255/32',
] as const;

/** Not on the open internet (IANA's special-purpose address registries). */
const SPECIAL = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fec0::/10',
] as const;

function blockList(ranges: readonly string[], what: string): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const version = isIP(address);
    const bits = Number(prefix ?? (version === 6 ? 128 : 32));
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32))
      throw new AssayError('configuration-invalid', `${what}: ${range} is no address or network`);
    list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const never = blockList(NEVER, 'never');
const special = blockList(SPECIAL, 'special');

function within(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const plain = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : address;
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const read = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const front = read(head);
  const back = tail === undefined ? [] : read(tail);
  return tail === undefined ? front : [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}

/**
 * Addresses that stand behind an IPv6 address: mapped and compatible IPv4 (RFC 4291 section 2.5.5), NAT64 (RFC 6052),
 * 6to4 (RFC 3056). A packet to the one may arrive at the other.
 */
function behind(address: string): string[] {
  if (isIP(address) !== 6) return [address];
  const groups = groupsOf(address);
  const ipv4 = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const upper = a === 0 && b === 0 && c === 0 && d === 0;
  if (upper && e === 0 && f === 0xffff) return [ipv4(g, h)];
  if (upper && e === 0 && f === 0 && (g !== 0 || h > 1)) return [address, ipv4(g, h)];
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0) return [address, ipv4(g, h)];
  if (a === 0x2002) return [address, ipv4(b, c)];
  return [address];
}

/** Whether an address may be connected to. */
export type AddressRule = (address: string) => boolean;

/** For addresses that users give: public ones, and the ranges that the administrator lists. */
export function publicAddresses(alsoAllowed: readonly string[]): AddressRule {
  const allowed = blockList(alsoAllowed, 'outboundRanges');
  return (address) =>
    behind(address).every((each) => !within(never, each) && (!within(special, each) || within(allowed, each)));
}

/** For addresses in the administrator's own settings: private ones too, link-local and metadata never. */
export const administratorsAddresses: AddressRule = (address) => behind(address).every((each) => !within(never, each));
