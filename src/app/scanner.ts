import { findAuthorities } from '../cli/client/authorities.ts';
import { httpClient } from '../cli/client/http.ts';
import { readBasic } from '../http/credentials.ts';
import { AssayError } from '../lib/error.ts';
import { parseReference } from '../oci/reference.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { ForeignImage, ForeignImages } from '../ports/foreign-images.ts';
import { openImage } from './local.ts';

/**
 * Images of the registries that an administrator listed, with the credential that came with the request: a name and
 * password go the way of registry clients, any other Authorization goes to that host as it is.
 */
export function foreignImages(registries: readonly string[], environment: NodeJS.ProcessEnv): ForeignImages {
  const http = httpClient(findAuthorities(environment, undefined));
  return {
    check(host) {
      if (!registries.includes(host))
        throw new AssayError(
          'address-refused',
          `${host} is not among the registries that this server scans; an administrator lists them in scannerRegistries`,
        );
    },
    open(image) {
      const reference = parseReference(`${image.host}/${image.repository}@${image.digest}`);
      const basic = readBasic(image.authorization);
      return openImage(reference, {
        http: basic ? http : authorised(http, image),
        credentials: () =>
          Promise.resolve(basic && { kind: 'password' as const, name: basic.name, password: basic.password }),
        environment,
      });
    },
  };
}

function authorised(http: HttpClient, { host, authorization }: ForeignImage): HttpClient {
  if (authorization === undefined) return http;
  return (request) =>
    request.url.host === host && request.headers?.['authorization'] === undefined
      ? http({ ...request, headers: { ...request.headers, authorization } })
      : http(request);
}
