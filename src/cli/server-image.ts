import { manifestOf, parseRegistryReference } from '../oci/reference.ts';
import { argument, connect } from './ask-server.ts';
import type { Invocation } from './command.ts';
import { clientOptions, textOption } from './image-report.ts';
import { ServerClient } from './server-client.ts';

/** An image of a server: the one in its name, unless --server names another. */
export interface NamedImage {
  readonly client: ServerClient;
  readonly repository: string;
  /** Its tag or digest. */
  readonly reference: string;
  readonly tag: string | undefined;
}

export function namedImage(invocation: Invocation): NamedImage {
  const { options, environment } = invocation;
  const found = parseRegistryReference(argument(invocation, 0));
  const client =
    found.host === undefined || textOption(options, 'server') !== undefined
      ? connect(invocation)
      : new ServerClient(found.host, environment, clientOptions(options));
  return { client, repository: found.repository, reference: manifestOf(found), tag: found.tag };
}
