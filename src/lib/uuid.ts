import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(1024);
let used = pool.length;
let last = 0;
let counter = 0;

/**
 * A UUID version 7 (RFC 9562 section 5.7): ordered by time and, within one process and millisecond, by a 12-bit counter
 * (section 6.2, method 1), so that a history keeps its order; 62 random bits.
 */
export function uuidv7(now: number): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + 10);
  used += 10;
  if (now === last) counter++;
  else {
    last = now;
    // Room above the random start for what comes in the same millisecond.
    counter = ((random[0]! & 0x07) << 8) | random[1]!;
  }
  const time = (now + (counter >> 12)).toString(16).padStart(12, '0');
  const a = (counter & 0xfff).toString(16).padStart(3, '0');
  const b = (((random[2]! & 0x3f) | 0x80) << 8) | random[3]!;
  const rest = random.subarray(4, 10).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a}-${b.toString(16).padStart(4, '0')}-${rest}`;
}
