import { isAssayError } from '../../lib/error.ts';
import type { ChainOrder, ChainSignatures, KeyToUse, OnlineRole, SignerService } from '../../ports/signer-service.ts';
import type { ServerKey, TrustDialect, TrustFile } from '../../ports/trust-records.ts';
import type { FileMeta, RoleName, Root } from '../../trust/tuf/metadata.ts';
import { assembleOnline, describe, GOOD_FOR_MS, metaOf, snapshotText, timestampText } from './online-metadata.ts';

/** The keys of an online role that the signing service holds, when they are enough to meet its threshold. */
export function usableKeys(root: Root, role: OnlineRole, held: readonly ServerKey[]): KeyToUse[] | undefined {
  const { keyIds, threshold } = root.roles[role];
  const usable = keyIds.flatMap((id): KeyToUse[] => {
    const fingerprint = root.keys.get(id)?.fingerprint;
    return fingerprint !== undefined && held.some((key) => key.fingerprint === fingerprint && key.role === role)
      ? [{ id, fingerprint }]
      : [];
  });
  return usable.length >= threshold ? usable.slice(0, threshold) : undefined;
}

/** The online part of one dialect: a timestamp over a snapshot that is made with it, or over one that is there. */
export interface OnlinePlan {
  readonly dialect: TrustDialect;
  readonly snapshot:
    | { readonly keys: readonly KeyToUse[]; readonly version: number; readonly meta: ReadonlyMap<RoleName, FileMeta> }
    | { readonly standing: Required<FileMeta> };
  readonly timestamp: { readonly keys: readonly KeyToUse[]; readonly version: number };
}

export interface OnlineActor {
  readonly gun: string;
  readonly now: number;
  readonly by: string;
}

/**
 * Has the online part of every plan signed in one message to the signing service, and answers the new files: snapshots
 * before their timestamps. A version that the service has signed already is stepped over.
 */
export async function signOnline(
  signer: SignerService,
  actor: OnlineActor,
  plans: readonly OnlinePlan[],
): Promise<TrustFile[]> {
  for (let wanted = plans; ; ) {
    const drafts = wanted.map((plan) => draft(actor, plan));
    try {
      const signed = await signer.signChain(drafts.map(({ order }) => order));
      return drafts.flatMap((each, at) => filesOf(actor, each, signed[at] ?? { snapshot: [], timestamp: [] }));
    } catch (error) {
      const refused = refusalOf(error);
      if (!refused) throw error;
      const raised = wanted.map((plan) => (plan.dialect === refused.dialect ? raise(plan, refused) : plan));
      if (raised.every((plan, at) => plan === wanted[at])) throw error;
      wanted = raised;
    }
  }
}

interface Draft {
  readonly plan: OnlinePlan;
  readonly order: ChainOrder;
  /** The signed part of the snapshot that is made. */
  readonly text: string;
}

function draft({ gun, now }: OnlineActor, plan: OnlinePlan): Draft {
  const { dialect, snapshot, timestamp } = plan;
  const stamp = { ...timestamp, expires: now + GOOD_FOR_MS.timestamp };
  if ('standing' in snapshot)
    return { plan, text: '', order: { gun, dialect, over: snapshot.standing, timestamp: stamp } };
  const text = snapshotText(dialect, snapshot.version, now + GOOD_FOR_MS.snapshot, snapshot.meta);
  const over = { keys: snapshot.keys, signed: Buffer.from(text, 'utf8') };
  return { plan, text, order: { gun, dialect, over, timestamp: stamp } };
}

function filesOf({ now, by }: OnlineActor, { plan, order, text }: Draft, signed: ChainSignatures): TrustFile[] {
  const { dialect, timestamp } = plan;
  const common = { dialect, storedAt: now, storedBy: by };
  const files: TrustFile[] = [];
  let over: Required<FileMeta>;
  if ('standing' in plan.snapshot) over = plan.snapshot.standing;
  else {
    const raw = assembleOnline(dialect, text, plan.snapshot.keys, signed.snapshot);
    const { version } = plan.snapshot;
    files.push(describe(raw, { ...common, role: 'snapshot', version, expires: now + GOOD_FOR_MS.snapshot }));
    over = metaOf({ raw, version });
  }
  const { expires } = order.timestamp;
  const raw = assembleOnline(
    dialect,
    timestampText(dialect, timestamp.version, expires, over),
    timestamp.keys,
    signed.timestamp,
  );
  files.push(describe(raw, { ...common, role: 'timestamp', version: timestamp.version, expires }));
  return files;
}

interface Refusal {
  readonly dialect: TrustDialect;
  readonly role: OnlineRole;
  readonly lastVersion: number;
}

function raise(plan: OnlinePlan, { role, lastVersion }: Refusal): OnlinePlan {
  const version = lastVersion + 1;
  if (role === 'timestamp')
    return plan.timestamp.version < version ? { ...plan, timestamp: { ...plan.timestamp, version } } : plan;
  const { snapshot } = plan;
  return 'version' in snapshot && snapshot.version < version ? { ...plan, snapshot: { ...snapshot, version } } : plan;
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!isAssayError(error, 'signer-refused')) return undefined;
  const { detail } = error;
  if (typeof detail !== 'object' || detail === null || !('lastVersion' in detail)) return undefined;
  if (!('role' in detail) || !('dialect' in detail) || typeof detail.lastVersion !== 'number') return undefined;
  const { role, dialect, lastVersion } = detail;
  if (role !== 'timestamp' && role !== 'snapshot') return undefined;
  return dialect === 'notary' || dialect === 'tuf-1.0' ? { role, dialect, lastVersion } : undefined;
}
