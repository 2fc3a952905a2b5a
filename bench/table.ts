/** One measured row: what, the figures of each side, and the budget it is held against. */
export interface BenchRow {
  readonly what: string;
  readonly unit: string;
  /** Median of Assay's runs. */
  readonly assay: number;
  /** Median of the peer's runs in the same job, where there is a peer. */
  readonly peer?: number;
  /** `≥ 1.2×`, `< 10 ms`: as the design has it. */
  readonly budget: string;
  readonly met: boolean;
  readonly runs: number;
}

export interface BenchTable {
  readonly title: string;
  /** What made the figures, and what qualifies them. */
  readonly notes: readonly string[];
  readonly rows: readonly BenchRow[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A table in Markdown; a missed budget says so. */
export function render(table: BenchTable): string {
  const lines = [
    `### ${table.title}`,
    '',
    ...table.notes.map((note) => `${note}  `),
    '',
    '| what | unit | Assay | peer | ratio | budget | met | runs |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const row of table.rows) {
    const ratio = row.peer === undefined ? '' : `${(row.assay / row.peer).toFixed(2)}×`;
    lines.push(
      `| ${row.what} | ${row.unit} | ${figure(row.assay)} | ${row.peer === undefined ? '' : figure(row.peer)} | ${ratio} | ${row.budget} | ${row.met ? 'yes' : 'no'} | ${row.runs} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}
