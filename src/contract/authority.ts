import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const getAuthority = endpoint({
  id: 'getAuthority',
  method: 'GET',
  path: '/api/v1/ca',
  summary: 'The certificate of the server’s own authority, which clients must trust to speak TLS with it',
  right: 'anyone',
  answer: z.object({ pem: z.string(), fingerprint: z.string() }),
  errors: ['not-found'],
});
