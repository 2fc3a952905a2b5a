import type { z } from 'zod';
import { getHealth } from '../contract/health.ts';
import { decide } from '../contract/policy.ts';
import type { gateAnswer, TrustReport } from '../contract/trust-report.ts';
import { isAssayError } from '../lib/error.ts';
import { manifestOf } from '../oci/reference.ts';
import { callEndpoint } from './ask-server.ts';
import { printHealth } from './health-table.ts';
import type { FoundReport } from './image-report.ts';
import { printable, type Terminal } from './terminal.ts';

/** Gates that an image which is stored may be asked at. */
const ASKED = ['pull', 'deploy', 'run'] as const;

type Beside = Pick<TrustReport, 'health' | 'gates'>;

/** The health card and what the gates say, where a server has the image; an older server knows neither. */
export async function healthAndGates({ client, reference, report }: FoundReport): Promise<Beside> {
  if (!client || reference.transport !== 'registry') return {};
  const { repository } = reference;
  const platform = report.image.platform && `${report.image.platform.os}/${report.image.platform.architecture}`;
  const asked = { params: { repository, reference: manifestOf(reference) }, query: { platform } };
  try {
    const health = await callEndpoint(client, getHealth, asked);
    const gates: z.output<typeof gateAnswer>[] = [];
    for (const gate of ASKED) {
      const body = { gate, repository, reference: manifestOf(reference), platform };
      const { outcome, results, line } = await callEndpoint(client, decide, { body });
      gates.push({ gate, outcome, rules: results.length, line });
    }
    return { health, gates };
  } catch (error) {
    if (isAssayError(error, 'not-found')) return {};
    throw error;
  }
}

/** Prints what was found beside the answers. */
export function printBeside(terminal: Terminal, { health, gates = [] }: Beside): void {
  if (health) {
    terminal.out('');
    printHealth(terminal, health);
  }
  if (gates.length > 0) terminal.out('');
  for (const { gate, outcome, rules, line } of gates) {
    const words =
      outcome === 'deny' ? printable(line) : rules === 0 ? 'no policy speaks of it' : `passes ${rules} rules`;
    terminal.out(`gate ${gate.padEnd(6)}  ${terminal.style(outcome === 'deny' ? 'red' : 'green', outcome)}  ${words}`);
  }
}
