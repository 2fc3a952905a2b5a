import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Passwords } from '../../ports/passwords.ts';

/** argon2id with 19 MiB, two passes, one lane: the first choice of OWASP's password storage advice. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const MAX_AT_ONCE = 2;

const derive = promisify(argon2) as (algorithm: string, parameters: object) => Promise<Buffer>;
const NEVER = phc(Buffer.alloc(16), Buffer.alloc(32));

function phc(salt: Buffer, tag: Buffer): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${text(salt)}$${text(tag)}`;
}

function run(
  password: string,
  salt: Buffer,
  memory: number,
  passes: number,
  parallelism: number,
  length: number,
): Promise<Buffer> {
  return derive('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength: length,
  });
}

/** At most two at a time, so that a storm of sign-ins costs memory and processors no more than two do. */
export function argon2Passwords(): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];
  const limited = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
  return {
    hash: (password) =>
      limited(async () => {
        const salt = randomBytes(16);
        return phc(salt, await run(password, salt, MEMORY_KIB, PASSES, 1, 32));
      }),
    verify: (password, hash) =>
      limited(async () => {
        const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
          hash ?? NEVER,
        );
        if (!match) return false;
        const tag = Buffer.from(match[5]!, 'base64');
        const computed = await run(
          password,
          Buffer.from(match[4]!, 'base64'),
          Number(match[1]),
          Number(match[2]),
          Number(match[3]),
          tag.length,
        );
        return timingSafeEqual(computed, tag) && hash !== undefined;
      }),
  };
}
