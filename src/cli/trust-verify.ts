import { AssayError, isAssayError } from '../lib/error.ts';
import { verifyTag } from '../work/trust/verify-tag.ts';
import type { Command } from './command.ts';
import { imageAccess } from './image-report.ts';
import { printable } from './terminal.ts';
import { namedCollection, requireTag, trustServerOptions } from './trust-session.ts';

export const command: Command = {
  description:
    'Says which image was signed under a tag and whether the registry gives out that one. Exit status 1 when it is not signed, expired, rolled back or tampered with, each in its own words.',
  args: [{ name: 'image', summary: 'registry/repository:tag' }],
  options: [{ flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] }, ...trustServerOptions],
  examples: [['assay trust verify 127.0.0.1:5000/shop/app:1.0', 'the signed digest, or why there is none']],
  async run(invocation) {
    const { options, terminal, open } = invocation;
    const { gun, world, reference } = await namedCollection(invocation);
    const tag = requireTag(reference);
    const found = await verifyTag('notary', { gun, now: Date.now(), ...(world.pins && { pins: world.pins }) }, tag, {
      fetch: world.server.metadata.notary,
      files: world.files.notary,
      ...(world.warn && { warn: world.warn }),
    });
    await using source = await open.image(reference, imageAccess(invocation));
    const given = await source.root().then(
      (root) => root.digest,
      (error: unknown) => {
        if (isAssayError(error, 'manifest-unknown')) return undefined;
        throw error;
      },
    );
    if (options['format'] === 'json')
      terminal.out(JSON.stringify({ schemaVersion: 1, gun, ...found, registryDigest: given }, null, 2));
    else terminal.out(`${printable(gun)}:${printable(tag)}  ${found.digest}  signed by ${found.role}`);
    if (given === found.digest) return 0;
    throw new AssayError(
      'trust-hash-mismatch',
      given === undefined
        ? `the registry has no ${tag} any more; the signed image is ${found.digest}`
        : `the registry gives ${given} for ${tag}, which nobody signed; pull by the signed digest`,
    );
  },
};
