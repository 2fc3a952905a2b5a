import type { Confidence } from './rule.ts';

/** Code of others that package managers and images of languages bring: what is in it everybody has. */
const BROUGHT =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|bower_components|vendor\/(?:bundle|cache|github\.com|golang\.org|k8s\.io|google\.golang\.org)|gems|pkg\/mod|\.cargo\/registry|\.m2\/repository|\.nuget\/packages|\.rustup|conda-meta|pkgs)\/|^usr\/(?:local\/)?(?:lib\/(?:python|ruby|perl|jvm|go|gcc|erlang|elixir|node_modules|rustlib|R|x86_64-linux-gnu\/perl|dotnet)|go|cargo|rustup|include|src|share\/(?:doc|man|info|perl|python|dotnet|gnupg|nodejs|javascript|vim|zsh|bash-completion|ca-certificates|licenses|gocode|postgresql|mysql|help|locale|mime|icons|zoneinfo|php|ruby|emacs))|^opt\/(?:java|conda|bitnami\/[^/]+\/(?:lib|share)|yarn-v)|^root\/\.(?:rustup|cargo\/registry)/;
const EXAMPLE =
  /(?:^|[/_.-])(?:tests?|testdata|test-fixtures|fixtures?|__tests__|specs?|examples?|samples?|demos?|docs?|documentation|mocks?|__mocks__|testing|README|CHANGELOG|CHANGES|NEWS)(?:[/_.-]|$)/i;

/** Whether a rule of this confidence is believed in a file at this place. */
export function isBelieved(confidence: Confidence, path: string): boolean {
  const brought = BROUGHT.test(path);
  const example = EXAMPLE.test(path);
  switch (confidence) {
    case 'sure':
      return !(brought && example);
    case 'shaped':
      return !brought;
    case 'named':
      return !brought && !example;
  }
  return false;
}
