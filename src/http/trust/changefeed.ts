import { AssayError } from '../../lib/error.ts';
import { sendJson } from '../registry/answer.ts';
import type { TrustCall } from './routes.ts';

const DEFAULT_RECORDS = 100;
const MAX_RECORDS = 1000;

/** `records` (how many; negative for those before), `change_id` (exclusive; -1 the newest). Oldest first. */
export async function changefeed({ house, viewer, gun, query, response }: TrustCall): Promise<void> {
  const records = wholeNumber(query.get('records'));
  const from = query.get('change_id') ?? '';
  const changeId = from === '' ? 0 : wholeNumber(from);
  const limit = Math.min(Math.abs(records) || DEFAULT_RECORDS, MAX_RECORDS);
  const newest = changeId === -1 || (records < 0 && changeId === 0);
  const changes = await house.trust.changes.list(viewer, {
    ...(gun !== '' && { gun }),
    ...(newest ? { before: Number.MAX_SAFE_INTEGER } : records < 0 ? { before: changeId } : { after: changeId }),
    limit,
  });
  sendJson(response, 200, {
    count: changes.length,
    records: changes.map((change) => ({
      ID: String(change.id),
      CreatedAt: new Date(change.at).toISOString(),
      GUN: change.gun,
      Version: change.version,
      SHA256: change.sha256,
      Category: change.category,
    })),
  });
}

function wholeNumber(text: string | null): number {
  if (text === null || !/^-?\d{1,15}$/.test(text)) throw new AssayError('trust-parameters-invalid');
  return Number(text);
}
