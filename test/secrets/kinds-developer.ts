import { crc32 } from 'node:zlib';
import { token, type Kind } from './kind.ts';
import { base62Checksum, type Letters } from './letters.ts';

const checked = (prefix: string, body: string) => `${prefix}${body}${base62Checksum(crc32(body))}`;

function pypi(letters: Letters): string {
  const body = Buffer.concat([
    Buffer.from([2, 1, 8]),
    Buffer.from('pypi.org'),
    Buffer.from([2, 0x24]),
    Buffer.from(letters.uuid()),
    Buffer.from([0, 2, 0x2a]),
    Buffer.from('[3, "'),
    Buffer.from(letters.uuid()),
    Buffer.from('"]'),
    Buffer.from([0, 0, 6, 0x20]),
    letters.bytes(32),
  ]);
  return `pypi-${body.toString('base64url')}`;
}

/** Tokens of forges, package registries, build services and tools of developers. */
export const developerKinds: readonly Kind[] = [
  token('GitHub classic personal token', 'GITHUB_TOKEN', (l) => checked('ghp_', l.of('base62', 30))),
  token('GitHub OAuth token', 'GH_OAUTH', (l) => checked('gho_', l.of('base62', 30))),
  token('GitHub app installation token', 'GH_INSTALLATION_TOKEN', (l) => checked('ghs_', l.of('base62', 30))),
  token('GitHub fine-grained token', 'GH_TOKEN', (l) => `github_pat_${l.of('base62', 22)}_${l.of('base62', 59)}`),
  token('GitLab personal token', 'GITLAB_TOKEN', (l) => `glpat-${l.of('base64url', 20)}`),
  token('GitLab deploy token', 'CI_DEPLOY_PASSWORD', (l) => `gldt-${l.of('base64url', 20)}`),
  token('GitLab runner token', 'RUNNER_TOKEN', (l) => `glrt-${l.of('base64url', 20)}`),
  token(
    'Bitbucket app password',
    'BITBUCKET_APP_PASSWORD',
    (l) => `ATBB${l.of('alnum', 24)}${l.of('hex', 8).toUpperCase()}`,
  ),
  token('Atlassian API token', 'JIRA_API_TOKEN', (l) => {
    const body = `ATATT3xFfGF0${l.of('base64url', 171)}`;
    return `${body}=${(crc32(body) >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
  }),
  token('npm token', 'NPM_TOKEN', (l) => checked('npm_', l.of('base62', 30))),
  token('PyPI token', 'TWINE_PASSWORD', pypi),
  token('RubyGems key', 'GEM_HOST_API_KEY', (l) => `rubygems_${l.of('hex', 48)}`),
  token('NuGet key', 'NUGET_API_KEY', (l) => `oy2${l.of('lowerAlnum', 43)}`),
  token('crates.io token', 'CARGO_REGISTRY_TOKEN', (l) => `cio${l.of('alnum', 32)}`),
  token('Clojars token', 'CLOJARS_PASSWORD', (l) => `CLOJARS_${l.of('hex', 60)}`),
  token('Docker Hub personal token', 'DOCKERHUB_TOKEN', (l) => `dckr_pat_${l.of('base64url', 27)}`),
  token('Artifactory key', 'ARTIFACTORY_API_KEY', (l) => `AKCp${l.random.pick(['5', '8'])}${l.of('alnum', 68)}`),
  token('CircleCI token', 'CIRCLE_TOKEN', (l) => `CCIPAT_${l.of('base58', 22)}_${l.of('hex', 40)}`),
  token('Buildkite user token', 'BUILDKITE_API_TOKEN', (l) => `bkua_${l.of('hex', 40)}`),
  token('SonarQube token', 'SONAR_TOKEN', (l) => `sq${l.random.pick(['u', 'p', 'a'])}_${l.of('hex', 40)}`),
  token('Snyk token', 'SNYK_TOKEN', (l) => l.uuid()),
  token('Codecov token', 'CODECOV_TOKEN', (l) => l.uuid()),
  token('Travis CI token', 'TRAVIS_TOKEN', (l) => l.of('alnum', 22)),
  token('Drone CI token', 'DRONE_TOKEN', (l) => l.of('lowerAlnum', 32)),
  token('Grafana service account token', 'GRAFANA_TOKEN', (l) => {
    const body = l.of('alnum', 32);
    return `glsa_${body}_${(crc32(`glsa_${body}`) >>> 0).toString(16).padStart(8, '0')}`;
  }),
  token('Grafana Cloud token', 'GRAFANA_CLOUD_KEY', (l) => {
    const claim = JSON.stringify({ o: l.of('digits', 6), n: 'metrics-push', k: l.of('alnum', 24), m: { r: 'eu' } });
    return `glc_${Buffer.from(claim).toString('base64')}`;
  }),
  token('Sentry organisation token', 'SENTRY_AUTH_TOKEN', (l) => {
    const claim = JSON.stringify({
      iat: 1_700_000_000.5,
      url: 'https://sentry.io',
      region_url: 'https://us.sentry.io',
      org: 'shop',
    });
    return `sntrys_${Buffer.from(claim).toString('base64')}_${l.of('base64', 43)}`;
  }),
  token('Sentry user token', 'SENTRY_TOKEN', (l) => `sntryu_${l.of('hex', 64)}`),
  token('Datadog API key', 'DD_API_KEY', (l) => l.of('hex', 32)),
  token('New Relic user key', 'NEW_RELIC_API_KEY', (l) => `NRAK-${l.of('upperAlnum', 27)}`),
  token('New Relic licence key', 'NEW_RELIC_LICENSE_KEY', (l) => `${l.of('hex', 36)}NRAL`),
  token('PagerDuty key', 'PAGERDUTY_API_KEY', (l) => `u+${l.of('alnum', 18)}`),
  token('Postman key', 'POSTMAN_API_KEY', (l) => `PMAK-${l.of('hex', 24)}-${l.of('hex', 34)}`),
  token('Linear key', 'LINEAR_API_KEY', (l) => `lin_api_${l.of('alnum', 40)}`),
  token('Notion integration token', 'NOTION_TOKEN', (l) => `ntn_${l.of('digits', 11)}${l.of('alnum', 35)}`),
  token('Airtable token', 'AIRTABLE_PAT', (l) => `pat${l.of('alnum', 14)}.${l.of('hex', 64)}`),
  token('Figma token', 'FIGMA_TOKEN', (l) => `figd_${l.of('base64url', 40)}`),
  token('LaunchDarkly SDK key', 'LD_SDK_KEY', (l) => `sdk-${l.uuid()}`),
  token('Doppler token', 'DOPPLER_TOKEN', (l) => `dp.pt.${l.of('alnum', 43)}`),
  token('Pulumi token', 'PULUMI_ACCESS_TOKEN', (l) => `pul-${l.of('hex', 40)}`),
  token('Prefect key', 'PREFECT_API_KEY', (l) => `pnu_${l.of('alnum', 36)}`),
  token('Terraform Cloud token', 'TFE_TOKEN', (l) => `${l.of('alnum', 14)}.atlasv1.${l.of('alnum', 67)}`),
  token('Vault service token', 'VAULT_TOKEN', (l) => `hvs.${l.of('base64url', 95)}`),
  token('Vault batch token', 'VAULT_BATCH_TOKEN', (l) => `hvb.${l.of('base64url', 152)}`),
  token('ReadMe key', 'README_API_KEY', (l) => `rdme_${l.of('lowerAlnum', 70)}`),
  token('Supabase token', 'SUPABASE_ACCESS_TOKEN', (l) => `sbp_${l.of('hex', 40)}`),
  token('PlanetScale password', 'PLANETSCALE_PASSWORD', (l) => `pscale_pw_${l.of('base64url', 43)}`),
];
