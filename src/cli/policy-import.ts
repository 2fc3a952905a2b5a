import { FOREIGN_LIMITS } from '../policy/exchange/foreign-document.ts';
import { importedText } from '../policy/exchange/imported.ts';
import { importPolicies, importSources, type ImportSource } from '../policy/exchange/import.ts';
import { argument, formatOption } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { readPolicyFile } from './policy-file.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Takes over the settings of another tool as a policy file: podman’s policy.json, Kyverno’s verifyImages and ImageValidatingPolicy, sigstore’s ClusterImagePolicy, projects of Harbor as its API answers them. What cannot be carried over stands in the file as comments and on standard error. Nothing is put in force; look at it, then assay policy apply.',
  args: [{ name: 'file', summary: 'YAML or JSON; - reads standard input' }],
  options: [
    {
      flags: '--from <tool>',
      summary: 'of which tool it is, when the file does not tell',
      choices: [...importSources],
    },
    { flags: '--registry <host>', summary: 'a name of this registry in the file', many: true },
    { flags: '--organisation <name>', summary: 'make them policies of this organisation' },
    formatOption,
  ],
  examples: [
    ['assay policy import --registry registry.example.com /etc/containers/policy.json > policies.yaml', 'from podman'],
    ['assay policy import --registry registry.example.com kyverno.yaml > policies.yaml', 'from Kyverno'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const hosts = Array.isArray(options['registry']) ? options['registry'].map(String) : [];
    const from = importSources.find((each): each is ImportSource => each === options['from']);
    const text = await readPolicyFile(argument(invocation, 0), FOREIGN_LIMITS.bytes);
    const found = importPolicies(text, hosts, from);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else terminal.out(importedText(found, found.source, textOption(options, 'organisation')).trimEnd());
    for (const each of found.left) terminal.err(`not carried over: ${printable(each)}`);
    return 0;
  },
};
