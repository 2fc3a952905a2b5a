import type { Answer } from '../api/client.ts';
import { counted } from './format.ts';
import type { Tone } from './standing.ts';

export type Verdict = Answer<'getVerdicts'>['items'][number];
export type RuleResult = Verdict['results'][number];
export type Gate = Verdict['gate'];

export const gateNames: Readonly<Record<Gate, string>> = {
  build: 'Build',
  push: 'Push',
  pull: 'Pull',
  deploy: 'Deploy',
  run: 'Run',
};

function isAgainst({ state }: RuleResult): boolean {
  return state === 'broken' || state === 'unknown' || state === 'error';
}

export interface Door {
  readonly gate: Gate;
  readonly tone: Tone;
  /** What the glyph says to who does not see it. */
  readonly label: string;
  readonly words: string;
  readonly shut: boolean;
}

/** How an image stands at a gate, in a few words; a gate without rules is not governed, never open by judgement. */
export function doorOf(verdict: Verdict): Door {
  const { gate, results } = verdict;
  const refusal = results.find((each) => each.mode === 'enforce' && isAgainst(each));
  if (refusal)
    return refusal.gap === 'pending'
      ? { gate, tone: 'unknown', label: 'Could not decide', words: 'shut until it is analysed', shut: true }
      : { gate, tone: 'bad', label: 'No', words: `shut: ${refusal.rule}`, shut: true };
  if (results.length === 0)
    return { gate, tone: 'none', label: 'Not governed', words: 'no policy asks anything', shut: false };
  const warned = results.filter((each) => each.mode === 'warn' && isAgainst(each));
  if (warned.length > 0)
    return { gate, tone: 'warn', label: 'Caution', words: `open, ${counted(warned.length, 'warning')}`, shut: false };
  const recorded = results.filter(isAgainst);
  if (recorded.length > 0)
    return { gate, tone: 'warn', label: 'Caution', words: `open, ${recorded.length} would refuse`, shut: false };
  const aside = results.filter((each) => each.state === 'set-aside');
  if (aside.length > 0)
    return {
      gate,
      tone: 'warn',
      label: 'Caution',
      words: `open by ${counted(aside.length, 'exception')}`,
      shut: false,
    };
  return { gate, tone: 'ok', label: 'Yes', words: `open, ${counted(results.length, 'rule')} kept`, shut: false };
}

const tones: Readonly<Record<RuleResult['state'], Tone>> = {
  holds: 'ok',
  broken: 'bad',
  unknown: 'unknown',
  error: 'unknown',
  'not-applicable': 'none',
  'set-aside': 'warn',
};

export function toneOf({ state, mode }: RuleResult): Tone {
  return state === 'broken' && mode !== 'enforce' ? 'warn' : tones[state];
}

const words: Readonly<Record<RuleResult['state'], string>> = {
  holds: 'kept',
  broken: 'broken',
  unknown: 'not known',
  error: 'could not be evaluated',
  'not-applicable': 'does not apply',
  'set-aside': 'set aside',
};

export function stateWord({ state }: RuleResult): string {
  return words[state];
}

/** The refusal that a page says aloud: of the gate nearest to running. */
export function worstOf(
  verdicts: readonly Verdict[],
): { readonly verdict: Verdict; readonly result: RuleResult } | undefined {
  const order: readonly Gate[] = ['run', 'deploy', 'pull', 'push', 'build'];
  for (const gate of order) {
    const verdict = verdicts.find((each) => each.gate === gate && each.outcome === 'deny');
    const result = verdict?.results.find((each) => each.mode === 'enforce' && isAgainst(each));
    if (verdict && result) return { verdict, result };
  }
  return undefined;
}

/** The gates at which an image is refused, in words: `pull and run`. */
export function shutDoors(verdicts: readonly Verdict[]): string {
  const shut = verdicts.filter((each) => each.outcome === 'deny').map((each) => each.gate);
  return shut.length < 2 ? (shut[0] ?? '') : `${shut.slice(0, -1).join(', ')} and ${shut.at(-1)}`;
}
