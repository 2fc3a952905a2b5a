import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../../access/viewer.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { admit, type JudgeImage } from '../../work/gates/admission/admit.ts';
import { type AdmissionAnswer, MAX_REVIEW_BYTES, readReview, renderReview } from '../../work/gates/admission/review.ts';
import { callerOf, identify } from '../credentials.ts';
import type { House } from '../house.ts';
import { finishBody, sendJson } from '../registry/answer.ts';
import { bodyWithin } from '../request-body.ts';

/** `/admission/validate` or `/admission/mutate`, and the token where an API server can send no header. */
const ROUTE = /^\/admission\/(validate|mutate)(?:\/(asy_[A-Za-z0-9_-]{1,200}))?$/;

/**
 * The webhooks of Kubernetes. They take a robot or a person who may pull what is judged; a decision is an answer with
 * status 200 whatever it says, and what cannot be read or decided is refused.
 */
export async function answerAdmission(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<Viewer> {
  const [, form, token] = ROUTE.exec(path) ?? [];
  if (form !== 'validate' && form !== 'mutate') throw new AssayError('not-found', 'no such path in /admission');
  const viewer = await callerBy(house, request, token);
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    throw new AssayError('method-not-allowed');
  }
  const judge: JudgeImage = (image, record) =>
    house.imageJudge.judge(viewer, { gate: 'deploy', image, powers: [] }, record);
  await answerReview(request, response, judge, form);
  return viewer;
}

async function callerBy(house: House, request: IncomingMessage, token: string | undefined): Promise<Viewer> {
  const found = token === undefined ? undefined : await house.signIn.byToken(token, ['personal', 'robot']);
  if (token !== undefined && !found)
    throw new AssayError('credentials-invalid', 'the token is not valid, or no longer');
  const { viewer } = found ? callerOf(found, request, 'token') : await identify(house, request);
  if (viewer.kind !== 'account') throw new AssayError('unauthorized');
  return viewer;
}

/** Answers one review with this judge; an `assay admit` replica answers by the same function. */
export async function answerReview(
  request: IncomingMessage,
  response: ServerResponse,
  judge: JudgeImage,
  form: 'validate' | 'mutate',
): Promise<void> {
  let uid = '';
  let answer: AdmissionAnswer;
  try {
    const review = readReview(await bodyWithin(request, MAX_REVIEW_BYTES, 'body-too-large'));
    uid = review.uid;
    answer = await admit(review, judge, form);
  } catch (error) {
    answer = failure(error);
  }
  finishBody(request, response);
  sendJson(response, 200, renderReview(uid, answer));
}

function failure(error: unknown): AdmissionAnswer {
  if (isAssayError(error, 'json-invalid', 'input-invalid'))
    return { allowed: false, code: 400, message: `policy images, rule request: ${error.message}` };
  if (isAssayError(error, 'body-too-large')) return { allowed: false, code: 413, message: error.message };
  const why = isAssayError(error) ? error.message : 'an unexpected error';
  return { allowed: false, code: 500, message: `policy images, rule undecided: no decision could be made: ${why}` };
}
