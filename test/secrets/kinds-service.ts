import { createHmac } from 'node:crypto';
import { token, type Kind } from './kind.ts';

/** Keys of payment, mail, messages, shops and social networks. */
export const serviceKinds: readonly Kind[] = [
  token(
    'Slack bot token',
    'SLACK_BOT_TOKEN',
    (l) => `xoxb-${l.of('digits', 12)}-${l.of('digits', 13)}-${l.of('alnum', 24)}`,
  ),
  token(
    'Slack user token',
    'SLACK_TOKEN',
    (l) => `xoxp-${l.of('digits', 12)}-${l.of('digits', 12)}-${l.of('digits', 13)}-${l.of('hex', 32)}`,
  ),
  token(
    'Slack app token',
    'SLACK_APP_TOKEN',
    (l) => `xapp-1-A${l.of('upperAlnum', 10)}-${l.of('digits', 13)}-${l.of('hex', 64)}`,
  ),
  token(
    'Slack webhook',
    'SLACK_WEBHOOK_URL',
    (l) =>
      `https://hooks.slack.com/services/T${l.of('upperAlnum', 10)}/B${l.of('upperAlnum', 10)}/${l.of('alnum', 24)}`,
  ),
  token(
    'Discord bot token',
    'DISCORD_TOKEN',
    (l) =>
      `${Buffer.from(`1${l.of('digits', 17)}`).toString('base64url')}.G${l.of('base64url', 5)}.${l.of('base64url', 38)}`,
  ),
  token(
    'Discord webhook',
    'DISCORD_WEBHOOK',
    (l) => `https://discord.com/api/webhooks/1${l.of('digits', 18)}/${l.of('base64url', 68)}`,
  ),
  token('Telegram bot token', 'TELEGRAM_BOT_TOKEN', (l) => `7${l.of('digits', 9)}:AA${l.of('base64url', 33)}`),
  token(
    'Teams webhook',
    'TEAMS_WEBHOOK',
    (l) =>
      `https://shop.webhook.office.com/webhookb2/${l.uuid()}@${l.uuid()}/IncomingWebhook/${l.of('hex', 32)}/${l.uuid()}`,
  ),
  token('Stripe live key', 'STRIPE_SECRET_KEY', (l) => `sk_live_51${l.of('alnum', 97)}`),
  token('Stripe restricted key', 'STRIPE_RK', (l) => `rk_live_51${l.of('alnum', 97)}`),
  token('Stripe webhook secret', 'STRIPE_WEBHOOK_SECRET', (l) => `whsec_${l.of('alnum', 32)}`),
  token('Square access token', 'SQUARE_ACCESS_TOKEN', (l) => `EAAA${l.of('base64url', 60)}`),
  token('Square OAuth secret', 'SQUARE_SECRET', (l) => `sq0csp-${l.of('base64url', 43)}`),
  token(
    'PayPal Braintree token',
    'BRAINTREE_ACCESS_TOKEN',
    (l) => `access_token$production$${l.of('lowerAlnum', 16)}$${l.of('hex', 32)}`,
  ),
  token('Plaid access token', 'PLAID_ACCESS_TOKEN', (l) => `access-production-${l.uuid()}`),
  token('Razorpay key', 'RAZORPAY_KEY_ID', (l) => `rzp_live_${l.of('alnum', 14)}`),
  token('Flutterwave key', 'FLW_SECRET_KEY', (l) => `FLWSECK-${l.of('hex', 32)}-X`),
  token('Shopify access token', 'SHOPIFY_ACCESS_TOKEN', (l) => `shpat_${l.of('hex', 32)}`),
  token('Shopify shared secret', 'SHOPIFY_API_SECRET', (l) => `shpss_${l.of('hex', 32)}`),
  token('EasyPost key', 'EASYPOST_API_KEY', (l) => `EZAK${l.of('alnum', 54)}`),
  token('Shippo key', 'SHIPPO_TOKEN', (l) => `shippo_live_${l.of('hex', 40)}`),
  token('Twilio API key', 'TWILIO_API_KEY', (l) => `SK${l.of('hex', 32)}`),
  token('Twilio auth token', 'TWILIO_AUTH_TOKEN', (l) => l.of('hex', 32)),
  token('SendGrid key', 'SENDGRID_API_KEY', (l) => `SG.${l.of('base64url', 22)}.${l.of('base64url', 43)}`),
  token('Mailgun key', 'MAILGUN_API_KEY', (l) => `key-${l.of('hex', 32)}`),
  token('Mailchimp key', 'MAILCHIMP_API_KEY', (l) => `${l.of('hex', 32)}-us${1 + l.random.below(20)}`),
  token('Brevo key', 'BREVO_API_KEY', (l) => `xkeysib-${l.of('hex', 64)}-${l.of('alnum', 16)}`),
  token('Postmark server token', 'POSTMARK_SERVER_TOKEN', (l) => l.uuid()),
  token('Resend key', 'RESEND_API_KEY', (l) => `re_${l.of('base58', 8)}_${l.of('base58', 24)}`),
  token('Facebook access token', 'FB_ACCESS_TOKEN', (l) => `EAAG${l.of('alnum', 170)}`),
  token(
    'Twitter bearer token',
    'TWITTER_BEARER',
    (l) => `AAAAAAAAAAAAAAAAAAAAA${l.of('alnum', 24)}%3D${l.of('alnum', 50)}`,
  ),
  token('HubSpot private app token', 'HUBSPOT_TOKEN', (l) => `pat-eu1-${l.uuid()}`),
  token('Dropbox short token', 'DROPBOX_TOKEN', (l) => `sl.u.${l.of('base64url', 160)}`),
  token(
    'Mapbox secret token',
    'MAPBOX_TOKEN',
    (l) => `sk.eyJ1Ijoic2hvcCIsImEiOiJ${l.of('alnum', 30)}.${l.of('base64url', 22)}`,
  ),
  token(
    'Cloudinary address',
    'CLOUDINARY_URL',
    (l) => `cloudinary://${l.of('digits', 15)}:${l.of('base64url', 27)}@shop`,
  ),
  token('Adafruit IO key', 'ADAFRUIT_KEY', (l) => `aio_${l.of('alnum', 28)}`),
  token('Intercom token', 'INTERCOM_ACCESS_TOKEN', (l) =>
    Buffer.from(
      `tok:${l.of('hex', 8)}_${l.of('hex', 4)}_${l.of('hex', 4)}_${l.of('hex', 4)}_${l.of('hex', 12)}:1:0`,
    ).toString('base64'),
  ),
  token('JSON web token', 'SERVICE_JWT', (l) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: l.uuid(), iss: 'https://login.shop.internal', iat: 1_764_000_000, scope: 'orders:write' })}`;
    return `${body}.${createHmac('sha256', l.bytes(32)).update(body).digest('base64url')}`;
  }),
];
