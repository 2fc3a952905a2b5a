import { file, token, type Kind } from './kind.ts';

/** Keys of clouds, hosts and the services that programs call. */
export const cloudKinds: readonly Kind[] = [
  token('AWS access key id', 'AWS_ACCESS_KEY_ID', (l) => `AKIA${l.of('base32', 16)}`),
  token('AWS secret access key', 'AWS_SECRET_ACCESS_KEY', (l) => l.of('base64', 40)),
  token('AWS temporary key id', 'aws_access_key_id', (l) => `ASIA${l.of('base32', 16)}`),
  token(
    'Amazon Bedrock key',
    'AWS_BEARER_TOKEN_BEDROCK',
    (l) =>
      `ABSK${Buffer.from(`BedrockAPIKey-${l.of('lowerAlnum', 4)}-at-${l.of('digits', 12)}:${l.of('base64', 60)}`).toString('base64')}`,
  ),
  token('Google API key', 'GOOGLE_API_KEY', (l) => `AIzaSy${l.of('base64url', 33)}`),
  token('Google OAuth client secret', 'client_secret', (l) => `GOCSPX-${l.of('base64url', 28)}`),
  token('Google OAuth refresh token', 'refresh_token', (l) => `1//0${l.of('alnum', 1)}${l.of('base64url', 98)}`),
  token(
    'Azure storage key',
    'AZURE_STORAGE_CONNECTION_STRING',
    (l) =>
      `DefaultEndpointsProtocol=https;AccountName=shopassets;AccountKey=${l.bytes(64).toString('base64')};EndpointSuffix=core.windows.net`,
  ),
  token('Entra ID client secret', 'AZURE_CLIENT_SECRET', (l) => `${l.of('alnum', 3)}8Q~${l.of('base64url', 34)}`),
  token('Azure DevOps token', 'AZURE_DEVOPS_EXT_PAT', (l) => `${l.of('alnum', 76)}AZDO${l.of('alnum', 4)}`),
  token(
    'Azure Service Bus connection',
    'SERVICEBUS_CONNECTION',
    (l) =>
      `Endpoint=sb://orders.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=${l.bytes(32).toString('base64')}`,
  ),
  token(
    'Azure shared access signature',
    'BLOB_URL',
    (l) =>
      `https://shopassets.blob.core.windows.net/backup?sv=2024-11-04&ss=b&srt=sco&sp=rwdlac&se=2027-01-01T00:00:00Z&st=2026-01-01T00:00:00Z&spr=https&sig=${encodeURIComponent(l.bytes(32).toString('base64'))}`,
  ),
  token('Alibaba access key id', 'ALIBABA_CLOUD_ACCESS_KEY_ID', (l) => `LTAI5t${l.of('alnum', 18)}`),
  token('Tencent secret id', 'TENCENTCLOUD_SECRET_ID', (l) => `AKID${l.of('alnum', 32)}`),
  token('Yandex API key', 'YC_API_KEY', (l) => `AQVN${l.of('base64url', 36)}`),
  token('IBM Cloud key', 'IBMCLOUD_API_KEY', (l) => l.of('base64url', 44)),
  token('DigitalOcean token', 'DIGITALOCEAN_TOKEN', (l) => `dop_v1_${l.of('hex', 64)}`),
  token('Linode token', 'LINODE_TOKEN', (l) => l.of('hex', 64)),
  token('Hetzner Cloud token', 'HCLOUD_TOKEN', (l) => l.of('alnum', 64)),
  token('Scaleway secret key', 'SCW_SECRET_KEY', (l) => l.uuid()),
  token('Heroku key', 'HEROKU_API_KEY', (l) => `HRKU-AA${l.of('base64url', 58)}`),
  token('Fly.io token', 'FLY_API_TOKEN', (l) => `fm2_${l.bytes(180).toString('base64')}`),
  token('Netlify token', 'NETLIFY_AUTH_TOKEN', (l) => `nfp_${l.of('alnum', 36)}`),
  token('Vercel token', 'VERCEL_TOKEN', (l) => l.of('alnum', 24)),
  token('Cloudflare API token', 'CLOUDFLARE_API_TOKEN', (l) => l.of('base64url', 40)),
  token('Cloudflare origin CA key', 'CF_ORIGIN_CA_KEY', (l) => `v1.0-${l.of('hex', 24)}-${l.of('hex', 146)}`),
  token('Fastly token', 'FASTLY_API_TOKEN', (l) => l.of('base64url', 32)),
  token('Databricks token', 'DATABRICKS_TOKEN', (l) => `dapi${l.of('hex', 32)}`),
  token('Snowflake password', 'SNOWFLAKE_PASSWORD', (l) => `${l.of('password', 18)}9z`),
  token(
    'OpenAI project key',
    'OPENAI_API_KEY',
    (l) => `sk-proj-${l.of('base64url', 74)}T3BlbkFJ${l.of('base64url', 74)}`,
  ),
  token('Anthropic key', 'ANTHROPIC_API_KEY', (l) => `sk-ant-api03-${l.of('base64url', 93)}AA`),
  token('Hugging Face token', 'HF_TOKEN', (l) => `hf_${l.of('alnum', 34)}`),
  token('Replicate token', 'REPLICATE_API_TOKEN', (l) => `r8_${l.of('alnum', 37)}`),
  token('Groq key', 'GROQ_API_KEY', (l) => `gsk_${l.of('alnum', 52)}`),
  token('Perplexity key', 'PPLX_API_KEY', (l) => `pplx-${l.of('alnum', 48)}`),
  token('OpenRouter key', 'OPENROUTER_API_KEY', (l) => `sk-or-v1-${l.of('hex', 64)}`),
  token('xAI key', 'XAI_API_KEY', (l) => `xai-${l.of('alnum', 80)}`),
  token('LangSmith key', 'LANGCHAIN_API_KEY', (l) => `lsv2_pt_${l.of('hex', 32)}_${l.of('hex', 10)}`),
  token('Okta API token', 'OKTA_API_TOKEN', (l) => `00${l.of('base64url', 40)}`),
  token('Auth0 client secret', 'AUTH0_CLIENT_SECRET', (l) => l.of('base64url', 64)),
  token('Algolia admin key', 'ALGOLIA_ADMIN_KEY', (l) => l.of('hex', 32)),
  token('Tailscale key', 'TS_AUTHKEY', (l) => `tskey-auth-k${l.of('alnum', 11)}CNTRL-${l.of('alnum', 32)}`),
  token(
    '1Password service account',
    'OP_SERVICE_ACCOUNT_TOKEN',
    (l) =>
      `ops_eyJ${Buffer.from(
        JSON.stringify({
          signInAddress: 'my.1password.com',
          userAuth: { method: 'SRPg-4096' },
          email: `${l.of('lowerAlnum', 12)}@1passwordserviceaccounts.com`,
          srpX: l.of('hex', 64),
          muk: { alg: 'A256GCM', ext: true, k: l.of('base64url', 43), kty: 'oct' },
          secretKey: `A3-${l.of('upperAlnum', 6)}`,
          throttleSecret: { seed: l.of('hex', 64), uuid: l.of('upperAlnum', 26) },
          deviceUuid: l.of('lowerAlnum', 26),
        }),
      )
        .toString('base64')
        .slice(3)}`,
  ),
  file('Google service account', 'srv/app/credentials/service-account.json', (l) => {
    const secret = l.bytes(1216).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${`MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ${secret}`.slice(0, 1624).replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
    return {
      secret: 'PRIVATE KEY',
      text: JSON.stringify(
        {
          type: 'service_account',
          project_id: 'shop-prod',
          private_key_id: l.of('hex', 40),
          private_key: key,
          client_email: 'backup@shop-prod.iam.gserviceaccount.com',
          client_id: l.of('digits', 21),
          token_uri: 'https://oauth2.googleapis.com/token',
        },
        null,
        2,
      ),
    };
  }),
  file('AWS credentials file', 'root/.aws/credentials', (l) => {
    const secret = l.of('base64', 40);
    return {
      secret,
      text: `[default]\naws_access_key_id = AKIA${l.of('base32', 16)}\naws_secret_access_key = ${secret}\n`,
    };
  }),
  file('gcloud application default credentials', 'root/.config/gcloud/application_default_credentials.json', (l) => {
    const secret = `1//0${l.of('alnum', 1)}${l.of('base64url', 98)}`;
    return {
      secret,
      text: JSON.stringify(
        {
          client_id: '764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com',
          client_secret: `d-${l.of('alnum', 22)}`,
          refresh_token: secret,
          type: 'authorized_user',
        },
        null,
        2,
      ),
    };
  }),
];
