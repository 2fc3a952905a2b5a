import { AssayError } from '../lib/error.ts';

/** `organisation/channel`, as commands name a channel. */
export function channelName(text: string): { readonly organisation: string; readonly channel: string } {
  const [organisation = '', channel = '', ...more] = text.split('/');
  if (organisation === '' || channel === '' || more.length > 0)
    throw new AssayError('usage-invalid', `name a channel as organisation/channel, not ${text.slice(0, 100)}`);
  return { organisation, channel };
}
