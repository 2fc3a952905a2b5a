import type { HealthLine } from '../line.ts';

/** Whether everybody who used the tag got the same image. */
export const tag: HealthLine = {
  id: 'tag',
  title: 'Unchanged tag',
  weight: 2,
  essential: false,
  needs: [],
  means: {
    A: 'the tag never named another image, or is immutable',
    B: 'it moved, and this image is signed under it',
    C: 'it moved, and nobody signed what it names now',
  },
  judge({ facts, tag: name, now }) {
    if (name === undefined)
      return { grade: undefined, notApplicable: true, statement: 'asked for by digest', evidence: [] };
    const { naming } = facts;
    if (!naming) return { grade: undefined, statement: 'its history is not known', evidence: [] };
    if (naming.moves === 0) return { grade: 'A', statement: `${name} never named another image`, evidence: [] };
    const moved = `moved ${naming.moves} times, last ${new Date(naming.movedAt).toISOString().slice(0, 10)}`;
    if (naming.immutable) return { grade: 'A', statement: `${name} cannot be moved`, evidence: [moved] };
    const signed = facts.trust?.signatures.some((each) => each.tag === name && each.goodUntil > now) === true;
    return {
      grade: signed ? 'B' : 'C',
      statement: signed ? `${name} moved, and this image is signed under it` : `${name} moved`,
      evidence: [moved],
      next: signed
        ? `make it immutable: assay tag protect ${facts.image.repository} '${name}' --immutable`
        : `sign it: assay trust sign ${facts.image.repository}:${name}`,
    };
  },
};
