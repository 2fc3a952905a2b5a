/** A percent-encoded part of a package URL; as it stands when it is not well encoded. */
export function decodePurlText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
