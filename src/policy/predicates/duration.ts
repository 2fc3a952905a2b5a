import { z } from 'zod';

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

/** A length of time as policies write it, `12h`, `7d` or `4w`, in milliseconds. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[hdw]$/, 'a length of time: a number with h, d or w, like 7d')
  .transform((text) => Number(text.slice(0, -1)) * (HOURS[text.at(-1)!] ?? 1) * 3_600_000);

/** The same as a literal of an expression. */
export function durationLiteral(milliseconds: number): string {
  return `duration("${milliseconds / 1000}s")`;
}

/** `3 days`, `5 hours` */
export function inWords(milliseconds: number): string {
  const hours = Math.max(0, Math.floor(milliseconds / 3_600_000));
  const days = Math.floor(hours / 24);
  const [count, unit] = days >= 2 ? [days, 'day'] : [hours, 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
