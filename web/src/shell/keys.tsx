import { useEffect, useRef } from 'react';
import { useKeysOn } from './preferences.ts';
import { navigate } from './router.tsx';

/** The keys of the console and what they do; each has a visible control too. */
export const keyTable: readonly (readonly [keys: string, does: string])[] = [
  ['/', 'search'],
  ['g r', 'repositories'],
  ['g a', 'activity'],
  ['g v', 'advisories'],
  ['j  k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['Esc', 'close'],
  ['c', 'copy the pull command'],
  ['y', 'copy the digest'],
  ['f', 'only fixable'],
  ['?', 'this list'],
];

const places: Readonly<Record<string, string>> = { r: '/repositories', a: '/activity', v: '/advisories' };

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function moveRow(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter((row) => row.offsetParent !== null);
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Presses the visible control that carries a key, so that a key never does what no control does. */
function press(key: string): boolean {
  const holder = document.querySelector<HTMLElement>(`[data-key="${key}"]`);
  const control = holder?.matches('a, button') ? holder : holder?.querySelector<HTMLElement>('.copy, button');
  control?.click();
  return Boolean(control);
}

/** Listens for the keys; never in a field, never with a modifier, and not at all when switched off. */
export function useKeys(showKeys: () => void): void {
  const [on] = useKeysOn();
  const waiting = useRef(0);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === 'Escape') {
        if (isField(event.target)) (event.target as HTMLElement).blur();
        else if (press('Escape')) event.preventDefault();
        return;
      }
      if (!on || isField(event.target)) return;
      if (Date.now() - waiting.current < 1200 && places[event.key]) {
        waiting.current = 0;
        navigate(places[event.key]!);
        event.preventDefault();
        return;
      }
      waiting.current = 0;
      if (event.key === 'g') waiting.current = Date.now();
      else if (event.key === '/') document.querySelector<HTMLElement>('.find input')?.focus();
      else if (event.key === 'j') moveRow(1);
      else if (event.key === 'k') moveRow(-1);
      else if (event.key === '?') showKeys();
      else if (/^[cyf]$/.test(event.key)) press(event.key);
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [on, showKeys]);
}
