import { stringify } from 'yaml';
import { policyReport, type PolicyReportForm, policyReportForms } from '../contract/outputs/policy-report.ts';
import { listDenials } from '../contract/policy.ts';
import { callEndpoint, collect, connect, everyItem, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';

const PAGE = 200;

export const command: Command = {
  description:
    'Writes what the gates refused or warned of as a policy report that cluster tools read: of the Policy working group (wgpolicyk8s.io/v1alpha2) or of OpenReports (openreports.io/v1alpha1).',
  options: [
    ...serverOptions,
    { flags: '--form <name>', summary: 'wgpolicyk8s or openreports', choices: policyReportForms },
    { flags: '--gate <name>', summary: 'of this gate; deploy when absent' },
    { flags: '--name <name>', summary: 'of the report, assay when absent' },
  ],
  examples: [['assay admission report | kubectl apply -f -', 'shows refused deployments in the cluster']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const server = connect(invocation);
    const gate = textOption(options, 'gate') ?? 'deploy';
    const denials = await collect(
      everyItem((cursor) => callEndpoint(server, listDenials, { query: { gate, limit: PAGE, cursor } })),
    );
    const form = (textOption(options, 'form') ?? 'wgpolicyk8s') as PolicyReportForm;
    terminal.out(
      stringify(policyReport(denials, form, textOption(options, 'name') ?? 'assay'), { lineWidth: 0 }).trimEnd(),
    );
    return 0;
  },
};
