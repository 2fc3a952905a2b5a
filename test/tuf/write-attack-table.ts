import { writeFileSync } from 'node:fs';
import { type AttackRow, meet, renderAttacks } from './attack-table.ts';
import { attacks } from './attacks.ts';
import { assayClients, pythonClients, tufJsClients } from './followers.ts';

/** Runs every attack against every client and writes docs/reference/tuf-attacks.md; TUF_PYTHON names the interpreter. */
const interpreter = process.env['TUF_PYTHON'];
if (!interpreter) throw new Error('TUF_PYTHON must name a Python that has tuf 7');
using python = pythonClients(interpreter);
const kinds = [assayClients, tufJsClients, python];
const rows: AttackRow[] = [];
for (const attack of attacks) {
  const outcomes: Record<string, AttackRow['outcomes'][string]> = {};
  for (const kind of kinds) outcomes[kind.name] = await meet(kind, attack);
  rows.push({ attack, outcomes });
}
writeFileSync(
  'docs/reference/tuf-attacks.md',
  renderAttacks(
    rows,
    kinds.map((kind) => kind.name),
  ),
);
