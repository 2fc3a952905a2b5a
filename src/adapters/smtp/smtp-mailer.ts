import { createTransport } from 'nodemailer';
import { AssayError } from '../../lib/error.ts';
import type { Mailer } from '../../ports/outbound.ts';

const TIMEOUT_MS = 20_000;

/** Mail by SMTP (RFC 5321). `smtps://` speaks TLS from the start; `smtp://` asks for STARTTLS unless it is on loopback. */
export function smtpMailer(address: string, from: string): Mailer {
  const url = new URL(address);
  const secure = url.protocol === 'smtps:';
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !loopback,
    ignoreTLS: !secure && loopback,
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, messageId }) {
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject: subject.replaceAll(/[\r\n]+/g, ' ').slice(0, 200),
          text,
          messageId,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message.slice(0, 300) : 'failed';
        throw new AssayError('mail-failed', `the mail could not be sent: ${reason}`, { cause });
      }
    },
  };
}
