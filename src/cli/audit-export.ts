import { exportAudit } from '../contract/audit.ts';
import { connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description: 'Writes the whole audit as JSON lines: the key, the seals, the entries as they were hashed.',
  options: serverOptions,
  examples: [['assay audit export > audit.jsonl', 'a copy that assay audit verify --file can check anywhere']],
  async run(invocation) {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of await connect(invocation).stream(exportAudit.method, exportAudit.path)) {
      rest += decoder.decode(chunk, { stream: true });
      const cut = rest.lastIndexOf('\n');
      if (cut < 0) continue;
      invocation.terminal.out(rest.slice(0, cut));
      rest = rest.slice(cut + 1);
    }
    if (rest !== '') invocation.terminal.out(rest);
    return 0;
  },
};
