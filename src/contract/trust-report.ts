import { z } from 'zod';
import { gates } from '../policy/facts.ts';
import { healthShape } from './health.ts';
import { platform } from './shapes.ts';

/** The questions a careful person asks of an image, in this order. */
export const questions = [
  'Where did it come from?',
  'Who made it, and do we trust them?',
  'What is the cryptographic proof?',
  'Has anyone changed it since, and is it the image everybody gets?',
  'What is inside, and what is wrong with it?',
  'What could it do to my host?',
  'How do I run it safely?',
] as const;

/** `undecided` is an answer of its own: what could not be found out is never drawn as good. */
export const answerStates = ['yes', 'no', 'undecided'] as const;
export type AnswerState = (typeof answerStates)[number];

export const trustAnswer = z.object({
  number: z.number().int().min(1).max(7),
  question: z.enum(questions),
  /** yes: good, with evidence; no: a definite reason against it; undecided: not enough is known. */
  state: z.enum(answerStates),
  statement: z.string(),
  evidence: z.array(z.string()),
});

/** What a gate says, in one line where it refuses. */
export const gateAnswer = z.object({
  gate: z.enum(gates),
  outcome: z.enum(['allow', 'deny']),
  /** Rules that were asked. */
  rules: z.number().int(),
  line: z.string(),
});

/** The report of `assay check --format json`, version 1; it only grows. */
export const trustReport = z.object({
  schemaVersion: z.literal(1),
  image: z.object({ reference: z.string(), digest: z.string(), platform: platform.optional() }),
  verdict: z.enum(answerStates),
  answers: z.array(trustAnswer),
  /** The health card, where a server was asked. */
  health: healthShape.optional(),
  /** What each gate of the server says to the caller; of a gate without a rule nothing. */
  gates: z.array(gateAnswer).optional(),
});

export type TrustAnswer = z.infer<typeof trustAnswer>;
export type TrustReport = z.infer<typeof trustReport>;
