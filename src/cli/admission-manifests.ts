import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { AssayError } from '../lib/error.ts';
import { type Installation, installation, serviceHost } from '../work/gates/admission/manifests.ts';
import type { Command, Invocation } from './command.ts';
import { textOption } from './image-report.ts';

export const command: Command = {
  description:
    'Writes what installs the gate of a Kubernetes cluster. With --image: two pods of assay admit, which answer from signed decisions while the registry is away. With --url: the cluster asks the registry itself. The file holds secrets.',
  options: [
    { flags: '--image <reference>', summary: 'image of Assay that the pods run, by digest best' },
    { flags: '--server <url>', summary: 'the registry that the pods ask' },
    {
      flags: '--login <file>',
      summary: 'docker config.json with the sign-in of a robot that may pull what is deployed',
    },
    { flags: '--url <url>', summary: 'address of the registry as the API server reaches it, instead of --image' },
    { flags: '--ca <file>', summary: 'with --url: authority of its certificate, as assay ca prints it' },
    { flags: '--token-file <file>', summary: 'with --url: token of a robot that may pull what is deployed' },
    { flags: '--namespace <name>', summary: 'where the pods live, assay-system when absent' },
    { flags: '--every-kind', summary: 'look through kinds of others too, not only those of Kubernetes' },
    { flags: '--except <namespace>', summary: 'leave this name space out; may be given several times', many: true },
  ],
  examples: [
    [
      'assay admission manifests --image registry.example.com/assay/assay:1 --server https://registry.example.com --login robot.json > assay.yaml',
      'then kubectl apply -f assay.yaml',
    ],
    [
      'assay admission manifests --url https://registry.example.com --ca ca.crt --token-file token > assay.yaml',
      'without pods in the cluster',
    ],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const namespace = textOption(options, 'namespace') ?? 'assay-system';
    if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
      throw new AssayError('usage-invalid', `${namespace} is no name of a name space`);
    const documents = installation({
      namespace,
      everyKind: options['everyKind'] === true,
      except: (options['except'] as string[] | undefined) ?? [],
      ...(await reached(invocation, namespace)),
    });
    terminal.out(
      documents
        .map((each) => stringify(each, { lineWidth: 0 }))
        .join('---\n')
        .trimEnd(),
    );
    return 0;
  },
};

async function reached(
  { options, open }: Invocation,
  namespace: string,
): Promise<Pick<Installation, 'authority' | 'reached'>> {
  const [url, image] = [textOption(options, 'url'), textOption(options, 'image')];
  if ((url === undefined) === (image === undefined))
    throw new AssayError('usage-invalid', 'give --image for pods in the cluster, or --url for the registry itself');
  if (url !== undefined) {
    if (!url.startsWith('https://')) throw new AssayError('usage-invalid', 'API servers speak TLS: --url https://…');
    const token = file(options, 'tokenFile', '--token-file').trim();
    if (!/^asy_[A-Za-z0-9_-]+$/.test(token)) throw new AssayError('usage-invalid', 'the token file holds no token');
    return { authority: file(options, 'ca', '--ca'), reached: { by: 'url', url, token } };
  }
  const server = textOption(options, 'server');
  if (server === undefined || image === undefined)
    throw new AssayError('usage-invalid', '--server is missing: the registry that the pods ask');
  const host = serviceHost(namespace);
  const { authority, certificate, key } = await open.servingCertificate([host, `${host}.cluster.local`]);
  return {
    authority,
    reached: { by: 'service', image, server, certificate, key, dockerConfig: file(options, 'login', '--login') },
  };
}

function file(options: Invocation['options'], name: string, flag: string): string {
  const path = textOption(options, name);
  if (path === undefined) throw new AssayError('usage-invalid', `${flag} is missing`);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('usage-invalid', `cannot read ${path}`, { cause });
  }
}
