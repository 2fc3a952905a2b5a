import { type OutputName, outputs, sbomOutputs } from '../contract/outputs/outputs.ts';
import type { Command } from './command.ts';
import { reportOptions, withReport } from './image-report.ts';
import { printIncomplete } from './report-table.ts';
import { sourceDateEpoch } from './scan.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Writes the bill of materials of an image: every package with its package URL, licence and the layer that brought it. CycloneDX carries the known vulnerabilities too. The time of the document is that of the analysis, or SOURCE_DATE_EPOCH when it is set, for documents that are equal byte for byte.',
  args: [
    {
      name: 'image',
      summary: 'registry/repository:tag, oci:DIR, oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME',
    },
  ],
  options: [
    {
      flags: '--format <name>',
      summary: 'table, cyclonedx (1.6), cyclonedx-1.7, spdx (2.3) or spdx-3.0 (3.0.1), all in JSON',
      choices: ['table', ...sbomOutputs],
    },
    { flags: '--allow-incomplete', summary: 'do not exit with 3 when a part could not be read' },
    ...reportOptions,
  ],
  examples: [
    ['assay sbom --format cyclonedx 127.0.0.1:5000/shop/app:2 > app.cdx.json', 'for tools that read CycloneDX'],
    ['assay sbom --format spdx oci:./image > image.spdx.json', 'of an image layout, without a server'],
  ],
  run: (invocation) =>
    withReport(invocation, async ({ report }) => {
      const { options, terminal, version, environment } = invocation;
      const format = (options['format'] ?? 'table') as OutputName | 'table';
      if (format !== 'table') {
        const parts = { tool: { name: 'assay', version }, createdAt: sourceDateEpoch(environment) };
        terminal.out(outputs[format](report, parts));
      } else {
        const rows = report.packages.map((each) =>
          [each.name, each.version, each.type, (each.licences ?? []).join(', '), each.layer.digest.slice(0, 19)].map(
            printable,
          ),
        );
        terminal.out(table(terminal, ['NAME', 'VERSION', 'TYPE', 'LICENCES', 'LAYER'], rows));
      }
      printIncomplete(terminal, { ...report, advisories: { ...report.advisories, feeds: [] } });
      return report.incomplete.length > 0 && !options['allowIncomplete'] ? 3 : 0;
    }),
};
