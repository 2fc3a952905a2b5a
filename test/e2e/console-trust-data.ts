import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownerHomes } from '../key-owner.ts';
import { type SigningOwner, signingOwner } from '../signing-owner.ts';
import type { TestServer } from '../server.ts';
import { pushImage } from './console-data.ts';

const layers = (text: string) => [{ instruction: 'COPY app /app', files: [{ path: 'app', text }] }];

export const SIGNED = 'shop/signed';
export const UNSIGNED = 'shop/unsigned';

export interface SignedRepository extends Disposable {
  readonly gun: string;
  readonly owner: SigningOwner;
  push(tag: string, text?: string): Promise<unknown>;
}

/** A repository that real commands signed: two signers of their own, a tag moved without a signature, one not signed. */
export async function signRepository(server: TestServer): Promise<SignedRepository> {
  const homes = ownerHomes();
  const owner = signingOwner(homes.next(), server);
  const gun = `${server.host}/${SIGNED}`;
  const push = (tag: string, text = tag) => pushImage(server, { repository: SIGNED, tag, layers: layers(text) });
  for (const tag of ['1.0', '1.1', '2.0', '2.0-unsigned']) await push(tag);
  await pushImage(server, { repository: UNSIGNED, tag: '1', layers: layers('unsigned') });
  mkdirSync(join(owner.home, 'pub'));
  const alice = join(owner.home, 'pub', 'alice.pub');
  await owner.succeed(['key', 'generate', 'alice', '--public-key', alice]);
  await owner.succeed(['trust', 'sign', `${gun}:1.0`]);
  await owner.succeed(['trust', 'delegate', gun, 'alice', '--key', alice]);
  await owner.succeed(['trust', 'sign', `${gun}:1.1`, `${gun}:2.0`]);
  await push('1.1', 'moved by somebody without a signature');
  return { gun, owner, push, [Symbol.dispose]: () => homes[Symbol.dispose]() };
}
