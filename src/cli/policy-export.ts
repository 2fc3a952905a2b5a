import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listPolicies } from '../contract/policy.ts';
import { AssayError, systemCode } from '../lib/error.ts';
import { exportPolicies, exportTargets } from '../policy/exchange/export.ts';
import { readPolicies } from '../policy/read-policy.ts';
import type { Policy } from '../policy/rule.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command, Invocation } from './command.ts';
import { textOption } from './image-report.ts';
import { organisationOption, organisationQuery, readPolicyFile } from './policy-file.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Writes the configuration of a client that follows the policies as far as it can: podman (policy.json and registries.d), containerd (an image verifier), Kyverno, sigstore’s policy-controller, cosign, notation, Buildx (a source policy of BuildKit). Rules that a client cannot check by itself are listed; the registry goes on refusing what breaks them.',
  options: [
    { flags: '--for <client>', summary: 'which client', choices: [...exportTargets] },
    { flags: '--file <policies>', summary: 'of this policy file in place of those in force' },
    organisationOption,
    { flags: '--registry <host>', summary: 'the registry as clients write it (default: the server asked)' },
    {
      flags: '--key <file>',
      summary: 'public key (PEM) that images are signed with for clients which verify by themselves',
    },
    { flags: '--key-path <path>', summary: 'where clients keep it (default: /etc/assay/cosign.pub)' },
    { flags: '--output <folder>', summary: 'write the files here instead of printing them' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay policy export --for podman --organisation shop --output ./podman', 'policy.json for hosts with podman'],
    [
      'assay policy export --for kyverno --file policies.yaml --registry registry.example.com --key cosign.pub',
      'without a server',
    ],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const target = exportTargets.find((each) => each === options['for']);
    if (!target) throw new AssayError('usage-invalid', `name the client with --for: ${exportTargets.join(', ')}`);
    const { policies, host } = await policiesOf(invocation);
    const exported = exportPolicies(target, { policies, host, key: await keyOf(invocation) });
    const folder = textOption(options, 'output');
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...exported }, null, 2));
    for (const { path, text } of exported.files)
      if (folder !== undefined) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
        terminal.err(join(folder, path));
      } else if (options['format'] !== 'json')
        terminal.out(exported.files.length > 1 ? `# ${path}\n${text.trimEnd()}\n` : text.trimEnd());
    for (const each of exported.left) terminal.err(`not carried over: ${printable(each)}`);
    return 0;
  },
};

async function policiesOf(invocation: Invocation): Promise<{ policies: readonly Policy[]; host: string }> {
  const file = textOption(invocation.options, 'file');
  const named = textOption(invocation.options, 'registry');
  if (file !== undefined) {
    if (named === undefined) throw new AssayError('usage-invalid', 'name the registry with --registry');
    return { policies: readPolicies(await readPolicyFile(file)), host: named };
  }
  const client = connect(invocation);
  const { items } = await callEndpoint(client, listPolicies, { query: organisationQuery(invocation) });
  const policies = items.flatMap(({ text, name }) => readPolicies(text).filter((each) => each.name === name));
  return { policies, host: named ?? new URL(client.base).host };
}

async function keyOf({ options }: Invocation): Promise<{ pem: string; path: string } | undefined> {
  const file = textOption(options, 'key');
  if (file === undefined) return undefined;
  try {
    const pem = await readFile(file, 'utf8');
    if (!/^-----BEGIN PUBLIC KEY-----/m.test(pem))
      throw new AssayError('input-invalid', `${file} is no public key in PEM`);
    return { pem, path: textOption(options, 'keyPath') ?? '/etc/assay/cosign.pub' };
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError('input-invalid', `${file} cannot be read (${systemCode(cause) ?? 'unknown'})`, { cause });
  }
}
