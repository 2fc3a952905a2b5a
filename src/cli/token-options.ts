import { AssayError } from '../lib/error.ts';
import { actions } from '../access/roles.ts';
import type { Option } from './command.ts';

/** Options of commands that make tokens. */
export const tokenOptions: readonly Option[] = [
  { flags: '--name <name>', summary: 'what the token is for' },
  { flags: '--days <count>', summary: 'days the token is valid, 90 unless given' },
  {
    flags: '--limit <on:actions>',
    summary: 'organisation/name or an organisation, a colon, and actions: shop/app:pull,push',
    many: true,
  },
];

/** Days as `--days` gives them, from 1 to 366. */
export function daysOption(text: unknown): number {
  if (text === undefined) return 90;
  const days = typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 366) throw new AssayError('usage-invalid', '--days is a count from 1 to 366');
  return days;
}

/** Limits as `--limit` gives them; none when it is not given. */
export function limitsOption(value: unknown): object[] | undefined {
  const lines = Array.isArray(value) ? value.map(String) : [];
  if (lines.length === 0) return undefined;
  return lines.map((line) => {
    const cut = line.lastIndexOf(':');
    const on = line.slice(0, cut);
    const wanted = line.slice(cut + 1).split(',');
    const odd = wanted.find((word) => !(actions as readonly string[]).includes(word));
    if (cut <= 0 || odd !== undefined)
      throw new AssayError('usage-invalid', `not a limit: ${line.slice(0, 80)} (shop/app:pull,push)`);
    return { ...(on.includes('/') ? { repository: on } : { organisation: on }), actions: wanted };
  });
}
