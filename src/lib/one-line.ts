/**
 * Text of others as one line that shows what it is: controls, line ends and marks that turn the reading direction or show
 * nothing are drawn as U+FFFD, lone surrogates too; what is longer than `most` UTF-16 units is cut with an ellipsis.
 */
export function oneLine(text: string, most: number): string {
  const shown = text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\ufff0-\uffff]/gu, '\ufffd');
  if (shown.length <= most) return shown;
  return `${shown
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}
