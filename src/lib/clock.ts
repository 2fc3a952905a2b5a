/** Milliseconds since 1970 UTC. "Now" is asked once per decision and handed on as a number. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339 in UTC, as every JSON of ours carries times. */
export function toRfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
