/** The package brings no types. It throws on text that is no SPDX expression. */
declare module 'spdx-expression-parse' {
  export type Expression =
    | { readonly license: string; readonly plus?: true; readonly exception?: string }
    | { readonly left: Expression; readonly conjunction: 'and' | 'or'; readonly right: Expression };
  export default function parse(text: string): Expression;
}
