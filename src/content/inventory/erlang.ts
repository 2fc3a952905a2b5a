import type { Analyser } from './analyser.ts';
import { textOf } from './text-files.ts';

const APPLICATION = /(?:^|\/)ebin\/([a-z][a-z0-9_@]{0,100})\.app$/;

/** Applications of Erlang/OTP and Elixir themselves: no packages of Hex, though releases carry them. */
const OWN = new Set(
  'asn1 common_test compiler crypto debugger dialyzer diameter edoc eldap erl_docgen erl_interface erts et eunit ftp inets jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key reltool runtime_tools sasl snmp ssh ssl stdlib syntax_tools tftp tools wx xmerl eex ex_unit iex logger mix'.split(
    ' ',
  ),
);

/** Erlang and Elixir releases: the resource file of each application (app(4)). */
export const erlang: Analyser = {
  name: 'erlang',
  reads: '`ebin/*.app` of releases and installed applications',
  limits:
    'applications of Erlang/OTP itself are part of Erlang; an application of one’s own bears the name of no package',
  maxBytes: 1024 * 1024,
  wants: (path) => path.endsWith('.app') && APPLICATION.test(path),
  read(file) {
    const name = APPLICATION.exec(file.path)?.[1];
    if (!name || OWN.has(name)) return undefined;
    const text = textOf(file.bytes);
    const version = /\{\s*vsn\s*,\s*"(\d[\w.+-]{0,60})"\s*\}/.exec(text)?.[1];
    if (version === undefined) return undefined;
    const found = { type: name === 'elixir' ? ('generic' as const) : ('hex' as const), name, version };
    return { evidence: { analyser: 'erlang', path: file.path, packages: [found] } };
  },
};
