import { useEffect, useState } from 'react';
import { ago, exact } from '../model/format.ts';

let now = Date.now();
const watchers = new Set<(now: number) => void>();
setInterval(() => {
  now = Date.now();
  for (const told of watchers) told(now);
}, 15_000);

/** A moment, relative while it is near; the exact time is in the tooltip and in `datetime`. */
export function Time({ at }: { at: string }) {
  const [, setNow] = useState(now);
  useEffect(() => {
    watchers.add(setNow);
    return () => {
      watchers.delete(setNow);
    };
  }, []);
  const local = new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  return (
    <time dateTime={at} title={`${exact(at)}\n${local} here`}>
      {ago(at, Math.max(now, Date.now()))}
    </time>
  );
}
