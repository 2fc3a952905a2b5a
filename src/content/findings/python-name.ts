/** PEP 503, "Normalized Names". */
export function normalPythonName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}
