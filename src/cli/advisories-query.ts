import { judge } from '../content/findings/judge.ts';
import { argument, formatOption } from './ask-server.ts';
import type { Command } from './command.ts';
import { nearest } from './nearest.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Says what the advisories of this user know of one package version, by the same matching as a scan. Of Debian, Alpine and RPM systems name the source package.',
  args: [
    { name: 'ecosystem', summary: 'as OSV names it: Debian:12, Alpine:v3.20, npm, PyPI …' },
    { name: 'name', summary: 'the package; the source package of a distribution' },
    { name: 'version', summary: 'the version that is installed' },
  ],
  options: [formatOption],
  examples: [['assay advisories query Debian:12 openssl 3.0.11-1~deb12u1', 'which vulnerabilities, fixed where']],
  async run(invocation) {
    const { options, terminal, open, environment } = invocation;
    const [ecosystem, name, version] = [0, 1, 2].map((at) => argument(invocation, at)) as [string, string, string];
    const sets = await open.advisories(environment);
    try {
      const set = sets.current();
      if (!set.covers(ecosystem)) {
        const known = [...new Set(set.feeds.flatMap((feed) => feed.ecosystems))];
        const near = nearest(ecosystem, known);
        terminal.err(
          `no imported feed covers ${printable(ecosystem)}${near ? `; did you mean ${near}?` : known.length > 0 ? `; covered are ${known.slice(0, 12).join(', ')}` : ' (assay advisories import --help)'}`,
        );
        return 3;
      }
      const findings = judge({ ecosystem, name, version }, set.lookUp);
      if (options['format'] === 'json')
        terminal.out(
          JSON.stringify({ schemaVersion: 1, ecosystem, name, version, advisories: set.digest, findings }, null, 2),
        );
      else if (findings.length === 0)
        terminal.out(`nothing is known against ${printable(name)} ${printable(version)} in ${printable(ecosystem)}`);
      else
        terminal.out(
          table(
            terminal,
            ['ID', 'SEVERITY', 'STATUS', 'FIXED IN', 'FEED', 'BECAUSE'],
            findings.map((each) =>
              [each.id, each.severity, each.status, each.fixedVersion ?? '', each.feed, each.comparison].map(printable),
            ),
          ),
        );
      return 0;
    } finally {
      sets.close();
    }
  },
};
