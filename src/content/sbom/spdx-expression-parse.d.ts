/** The package brings no types; what matters is that it throws on text that is no expression. */
declare module 'spdx-expression-parse' {
  export default function parse(text: string): unknown;
}
