import { existsSync, readFileSync } from 'node:fs';
import { AssayError } from '../lib/error.ts';
import { escapeControls } from '../trust/tuf/canonical-json.ts';
import type { Draft } from '../trust/tuf/owner/draft.ts';
import { applyChange, signAll } from '../work/trust/owner/apply.ts';
import { renew } from '../work/trust/owner/changes.ts';
import { ringKeys } from '../work/trust/owner/ring-keys.ts';
import { readStagedChange, type StagedChange } from '../work/trust/owner/staged-change.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { openKeyRing } from './key-ring.ts';
import { ask } from './prompt.ts';
import { printable, type Terminal } from './terminal.ts';
import { saveStaged, tellOpen, tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Adds your signature. To a staged change: shows what it does, and signs it in its file with the keys you hold; no network is needed. To a role that is published (a second argument names it): signs its content again, for instance when the key that signed it was taken away.',
  args: [
    { name: 'change', summary: 'the file of a staged change, or registry/repository' },
    { name: 'role', summary: 'with a repository: the role to sign again', optional: true },
  ],
  options: [{ flags: '--yes', summary: 'sign without asking' }, ...ownerOptions],
  examples: [
    ['assay trust witness root-ceremony.json', 'read what it says, sign it, carry it on'],
    ['assay trust witness 127.0.0.1:5000/shop/app targets/qa', 'sign again what qa has signed'],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const [first = '', role] = args;
    if (role === undefined) return witnessFile(invocation, first);
    const { gun, world, keys } = await ownerSession(invocation);
    const description = `sign ${role} of ${gun} again`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, (owned) => renew(owned, gun, role, Date.now()));
    return tellOutcome(invocation, outcome, `${role} of ${gun} is signed again`);
  },
};

async function witnessFile(invocation: Invocation, path: string): Promise<ExitStatus> {
  const { terminal, options } = invocation;
  if (!existsSync(path))
    throw new AssayError('usage-invalid', `there is no file ${path}; with a repository name a role too`);
  const change = readStagedChange(readFileSync(path));
  showChange(terminal, change);
  if (options['yes'] !== true) {
    const answer = await ask('Sign this? Type yes', { instead: '--yes' });
    if (answer !== 'yes') throw new AssayError('usage-invalid', 'nothing was signed');
  }
  const keys = ringKeys(await openKeyRing(invocation), (text) => terminal.err(text));
  const drafts = await signAll(change.drafts, keys);
  const added = count(drafts) - count(change.drafts);
  if (added === 0) throw new AssayError('key-unknown', 'none of your keys is one that can still sign this change');
  const signed: StagedChange = { ...change, drafts: drafts.map(plain) };
  await saveStaged(path, signed);
  terminal.out(`${added} signatures added to ${path}`);
  tellOpen(terminal, signed, path);
  return 0;
}

function plain(draft: Draft): StagedChange['drafts'][number] {
  return {
    ...draft,
    rules: draft.rules.map((rule) => ({ ...rule, keys: [...rule.keys] })),
    signatures: [...draft.signatures],
  };
}

function count(drafts: readonly Draft[]): number {
  return drafts.reduce((sum, draft) => sum + draft.signatures.length, 0);
}

/** What a change does, read from the text that is signed and not from what its maker says of it. */
function showChange(terminal: Terminal, change: StagedChange): void {
  terminal.out(`${printable(change.gun)} on ${printable(change.server)}, made ${change.createdAt}`);
  terminal.out(`its maker says: ${printable(change.description)}`);
  for (const { dialect, role, version, text } of change.drafts) {
    const signed = JSON.parse(escapeControls(text)) as {
      expires?: string;
      targets?: Record<string, unknown>;
      roles?: Record<string, { threshold?: number; keyids?: string[] }>;
    };
    terminal.out(`  ${dialect} ${printable(role)} version ${version}, good until ${printable(signed.expires ?? '?')}`);
    for (const [name, { threshold, keyids = [] }] of Object.entries(signed.roles ?? {}))
      terminal.out(`    ${printable(name)}: ${threshold} of ${keyids.length} keys`);
    if (signed.targets) terminal.out(`    ${Object.keys(signed.targets).length} signed names`);
  }
}
