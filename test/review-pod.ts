import { request } from 'node:https';

export interface ReviewResponse {
  readonly allowed: boolean;
  readonly status?: { readonly message: string };
  readonly patch?: string;
}

/** Asks an admission webhook at `host:port` about a pod of one container, over TLS of this authority. */
export function reviewPod(
  address: string,
  authority: string,
  image: string,
  form: 'validate' | 'mutate' = 'validate',
): Promise<ReviewResponse> {
  const containers = [{ name: 'a', image }];
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } };
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u', kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE', object },
  });
  const [, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const url = `https://localhost:${port}/admission/${form}`;
    const call = request(url, { method: 'POST', ca: authority, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve((JSON.parse(text) as { response: ReviewResponse }).response));
    });
    call.on('error', reject);
    call.end(body);
  });
}
