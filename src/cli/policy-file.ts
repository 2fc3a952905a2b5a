import { readFile } from 'node:fs/promises';
import { AssayError, systemCode } from '../lib/error.ts';
import { POLICY_LIMITS } from '../policy/read-policy.ts';
import type { Invocation, Option } from './command.ts';
import { textOption } from './image-report.ts';

/** Which organisation's policies a command is about. */
export const organisationOption: Option = {
  flags: '--organisation <name>',
  summary: 'of this organisation (default: of the whole house)',
};

export function organisationQuery({ options }: Pick<Invocation, 'options'>): { organisation: string | undefined } {
  return { organisation: textOption(options, 'organisation') };
}

/** A policy file, or what comes in by `-`. */
export async function readPolicyFile(path: string, maxBytes: number = POLICY_LIMITS.bytes): Promise<string> {
  try {
    const bytes = await readFile(path === '-' ? '/dev/stdin' : path);
    if (bytes.length > maxBytes) throw new AssayError('policy-invalid', `${path} has more than ${maxBytes} bytes`);
    return bytes.toString('utf8');
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError('input-invalid', `${path} cannot be read (${systemCode(cause) ?? 'unknown'})`, { cause });
  }
}

/** `30d`, `4w`: a span in days. */
export function daysOf(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,2})([dw])$/.exec(text) ?? [];
  const days = Number(count) * (unit === 'w' ? 7 : 1);
  if (!(days >= 1 && days <= 366))
    throw new AssayError('usage-invalid', 'a span is a number of days or weeks: 30d, 4w');
  return days;
}
