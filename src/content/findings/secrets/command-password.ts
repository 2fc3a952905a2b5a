import { entropy } from './checks.ts';
import { isPlaceholder, type Sighting, type Spot } from './rule.ts';

/** Longest command that is looked at behind its name. */
const LONGEST = 600;
const USER = /\s(?:-u|--user|--proxy-user|-U)[ =]?["']?([A-Za-z0-9._@+-]{1,80}):([^\s"'\\]{6,120})/;

/** `curl -u user:password` (curl(1), `--user`): a name, a colon, a password that somebody made up or drew. */
export function commandPassword({ text, at }: Spot): Sighting | undefined {
  const line = text.slice(at, at + LONGEST).split('\n', 1)[0] ?? '';
  const found = USER.exec(line);
  const password = found?.[2];
  if (!found || password === undefined || isPlaceholder(password)) return undefined;
  if (!/\d/.test(password) || !/[A-Za-z]/.test(password) || entropy(password) < 2.9) return undefined;
  if (/^(?:pass|password|secret|token)\d{0,4}$/i.test(password) || /\$[({A-Za-z_]/.test(password)) return undefined;
  const end = at + found.index + found[0].length;
  return { start: end - password.length, end };
}
