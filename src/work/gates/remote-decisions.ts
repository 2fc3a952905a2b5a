import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { isAssayError } from '../../lib/error.ts';
import { errorTable } from '../../lib/error-table.ts';
import { type DecisionQuestion, verifyDecision } from '../../policy/signed-decision.ts';
import type { DecisionShelf, DecisionSource } from '../../ports/decision-source.ts';
import type { ImageAnswer } from './image-judge.ts';

const MAX_KEPT = 10_000;
/** After a failure the server is left alone for so long; kept decisions answer at once. */
const AWAY_MS = 2000;
const SAVE_MS = 1000;

/** What a gate outside the server was told, and by whom. */
export type RemoteAnswer = Pick<ImageAnswer, 'outcome' | 'line' | 'warnings' | 'pinned' | 'images'> & {
  readonly from: 'server' | 'kept' | 'nobody';
};

/**
 * Decisions of a server elsewhere. The server is asked each time; when it cannot be reached, signed decisions that have
 * not expired answer the same question, and nothing else passes.
 */
export class RemoteDecisions {
  readonly #source: DecisionSource;
  readonly #shelf: DecisionShelf;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #kept = new Map<string, string>();
  readonly #asking = new Map<string, Promise<RemoteAnswer>>();
  #keys: ReadonlyMap<string, string> = new Map();
  #public: ReadonlyMap<string, KeyObject> = new Map();
  #awayUntil = 0;
  #save: NodeJS.Timeout | undefined;

  constructor(source: DecisionSource, shelf: DecisionShelf, clock: Clock, timeoutMs = 3000) {
    this.#source = source;
    this.#shelf = shelf;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Takes up what an earlier run kept, and asks for the keys now so that they are here when the server is not. */
  async open(): Promise<void> {
    const { keys, decisions } = await this.#shelf.load();
    this.#know(keys);
    for (const each of decisions.slice(-MAX_KEPT)) this.#keep(each);
    try {
      await this.#learn();
    } catch (error) {
      if (!isAway(error)) throw error;
    }
  }

  /** One question is asked once at a time, however many wait for it. */
  ask(question: DecisionQuestion, dryRun = false): Promise<RemoteAnswer> {
    const key = keyOf(question);
    const running = this.#asking.get(key);
    if (running) return running;
    const asked = this.#ask(question, dryRun).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }

  async #ask(question: DecisionQuestion, dryRun: boolean): Promise<RemoteAnswer> {
    const away = this.#clock.now() < this.#awayUntil;
    if (!away)
      try {
        return await this.#fresh(question, dryRun);
      } catch (error) {
        if (!isAway(error)) return nobody(isAssayError(error) ? error.message : 'an unexpected error');
        this.#awayUntil = this.#clock.now() + AWAY_MS;
      }
    return this.#fromKept(question);
  }

  async #fresh(question: DecisionQuestion, dryRun: boolean): Promise<RemoteAnswer> {
    const text = await within(this.#timeoutMs, this.#source.decide(question, dryRun));
    let found = verifyDecision(text, this.#public, question, this.#clock.now());
    if (found.kind === 'bad' && found.defect === 'key-unknown') {
      await this.#learn();
      found = verifyDecision(text, this.#public, question, this.#clock.now());
    }
    if (found.kind === 'bad') return nobody(`the server's decision does not count: ${found.defect}`);
    this.#keep(text);
    this.#saveSoon();
    const { outcome, line, warnings, pinned, images } = found.claims;
    return { outcome, line, warnings, images, ...(pinned !== undefined && { pinned }), from: 'server' };
  }

  #fromKept(question: DecisionQuestion): RemoteAnswer {
    const text = this.#kept.get(keyOf(question));
    if (text === undefined) return nobody('the server cannot be reached, and no decision of it is kept');
    const found = verifyDecision(text, this.#public, question, this.#clock.now());
    if (found.kind === 'bad')
      return nobody(`the server cannot be reached, and its decision does not count any more: ${found.defect}`);
    const { outcome, line, warnings, pinned, images } = found.claims;
    return { outcome, line, warnings, images, ...(pinned !== undefined && { pinned }), from: 'kept' };
  }

  async #learn(): Promise<void> {
    this.#know(await within(this.#timeoutMs, this.#source.keys()));
    this.#saveSoon();
  }

  #know(keys: ReadonlyMap<string, string>): void {
    this.#keys = keys;
    this.#public = new Map(
      [...keys].map(([id, x]) => [id, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })]),
    );
  }

  #keep(text: string): void {
    const question = questionIn(text);
    if (question === undefined) return;
    this.#kept.delete(question);
    this.#kept.set(question, text);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) return;
      this.#kept.delete(oldest);
    }
  }

  #saveSoon(): void {
    this.#save ??= setTimeout(() => {
      this.#save = undefined;
      // What cannot be kept only makes an outage harder; it changes no answer.
      this.#shelf.save({ keys: this.#keys, decisions: [...this.#kept.values()] }).catch(() => undefined);
    }, SAVE_MS).unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#save);
    await this.#shelf.save({ keys: this.#keys, decisions: [...this.#kept.values()] }).catch(() => undefined);
  }
}

function keyOf({ gate, image, platform, powers }: DecisionQuestion): string {
  return JSON.stringify([gate, image, platform ?? null, [...powers].sort()]);
}

/** The question that a decision says it answers; it is verified when it is used. */
function questionIn(text: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8')) as DecisionQuestion;
    return keyOf(claims);
  } catch {
    return undefined;
  }
}

function nobody(why: string): RemoteAnswer {
  return { outcome: 'deny', line: `policy images, rule undecided: ${why}`, warnings: [], images: [], from: 'nobody' };
}

class TooSlow extends Error {}

function isAway(error: unknown): boolean {
  return (
    error instanceof TooSlow ||
    (isAssayError(error) && (errorTable[error.code].status >= 500 || error.code === 'too-many-requests'))
  );
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow('no answer in time')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
