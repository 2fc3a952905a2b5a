import { writeFile } from 'node:fs/promises';
import { AssayError } from '../lib/error.ts';
import { openRules } from '../trust/tuf/owner/draft.ts';
import type { Outcome } from '../work/trust/owner/apply.ts';
import type { StagedChange } from '../work/trust/owner/staged-change.ts';
import type { ExitStatus, Invocation } from './command.ts';
import { textOption } from './image-report.ts';
import { printable, type Terminal } from './terminal.ts';

/** Tells what came of a change: published, or written to a file with the names of the keys that must still sign. */
export async function tellOutcome(invocation: Invocation, outcome: Outcome, done: string): Promise<ExitStatus> {
  const { options, terminal } = invocation;
  if (outcome.kind === 'nothing') terminal.out('nothing to do: it is so already');
  else if (outcome.kind === 'published') {
    terminal.out(printable(done));
    const dialects = new Set(outcome.drafts.map((draft) => draft.dialect));
    if (!dialects.has('tuf-1.0'))
      terminal.err(
        'note: the TUF 1.x repository does not cover this; its owner brings it up to date with assay trust upgrade',
      );
  } else await writeStaged(terminal, outcome.change, textOption(options, 'stage'));
  return 0;
}

async function writeStaged(terminal: Terminal, change: StagedChange, named: string | undefined): Promise<void> {
  const path =
    named ??
    `${
      change.gun
        .split('/')
        .at(-1)
        ?.replace(/[^a-z0-9._-]/g, '') ?? 'collection'
    }.trust-change.json`;
  await saveStaged(path, change);
  terminal.out(`nothing is published yet: the change is in ${path}`);
  tellOpen(terminal, change, path);
}

export async function saveStaged(path: string, change: StagedChange): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(change, null, 1)}\n`, { mode: 0o644 });
  } catch (cause) {
    throw new AssayError('input-invalid', `cannot write ${path}`, { cause });
  }
}

/** Who must still sign, or that it can be published. */
export function tellOpen(terminal: Terminal, change: StagedChange, path: string): void {
  const lines = new Set<string>();
  for (const draft of change.drafts)
    for (const { label, threshold, signed, missing } of openRules(draft)) {
      const keys = missing.map((key) => key.canonicalId.slice(0, 12)).join(', ');
      lines.add(`${label} has ${signed} of ${threshold} signatures; any of these keys can sign: ${keys}`);
    }
  if (lines.size === 0) terminal.out(`every signature is there: assay trust import ${path} publishes it`);
  else {
    for (const line of lines) terminal.out(`  ${line}`);
    terminal.out(`carry the file to the holders of those keys: assay trust witness ${path}`);
  }
}
