/** Order of Debian versions: deb-version(7), "Sorting algorithm"; a missing epoch is 0, a missing revision is 0. */
export function compareDebian(a: string, b: string): number {
  if (a === b) return 0;
  const [epochA, restA] = cutEpoch(a);
  const [epochB, restB] = cutEpoch(b);
  if (epochA !== epochB) return epochA - epochB;
  const cutA = restA.lastIndexOf('-');
  const cutB = restB.lastIndexOf('-');
  const upstream = compareParts(cutA < 0 ? restA : restA.slice(0, cutA), cutB < 0 ? restB : restB.slice(0, cutB));
  if (upstream !== 0) return upstream;
  return compareParts(cutA < 0 ? '' : restA.slice(cutA + 1), cutB < 0 ? '' : restB.slice(cutB + 1));
}

function cutEpoch(version: string): [number, string] {
  const colon = version.indexOf(':');
  if (colon < 0) return [0, version];
  const epoch = Number(version.slice(0, colon));
  return [Number.isInteger(epoch) ? epoch : 0, version.slice(colon + 1)];
}

/** Weight of a character in a non-digit part: ~ before the end, the end before letters, letters before the rest. */
function weight(code: number): number {
  if (code === 0x7e) return -1;
  if (Number.isNaN(code) || isDigit(code)) return 0;
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) ? code : code + 256;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const difference = weight(a.charCodeAt(i)) - weight(b.charCodeAt(j));
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a.charCodeAt(i) === 0x30) i++;
    while (b.charCodeAt(j) === 0x30) j++;
    let first = 0;
    while (isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
      if (first === 0) first = a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (isDigit(a.charCodeAt(i))) return 1;
    if (isDigit(b.charCodeAt(j))) return -1;
    if (first !== 0) return first;
  }
  return 0;
}
