import type { HealthLine } from '../line.ts';

const STATEMENTS = /in-toto|slsa|provenance/;

/** Where it says it came from. What is attached is listed by its type and was not verified. */
export const provenance: HealthLine = {
  id: 'provenance',
  title: 'Provenance',
  weight: 5,
  essential: false,
  needs: ['origin'],
  means: {
    A: 'a provenance statement is attached, and it names source and commit',
    B: 'it names source and commit',
    C: 'it names its source, or a statement is attached',
    D: 'it says nothing',
  },
  judge({ facts: { origin } }) {
    const { source = '', revision = '', attached = [] } = origin ?? {};
    const statements = attached.filter((each) => STATEMENTS.test(each));
    const claims = source !== '' && revision !== '';
    const grade =
      claims && statements.length > 0 ? 'A' : claims ? 'B' : source !== '' || statements.length > 0 ? 'C' : 'D';
    return {
      grade,
      statement: grade === 'D' ? 'does not say where it came from' : 'says where it came from',
      evidence: [
        ...(source === '' ? [] : [`source ${source} (as it claims)`]),
        ...(revision === '' ? [] : [`commit ${revision} (as it claims)`]),
        ...statements.map((each) => `attached ${each}, not verified`),
      ],
      ...(!claims
        ? { next: 'set the labels org.opencontainers.image.source and .revision in the build' }
        : grade !== 'A' && { next: 'build with provenance and attach it (docker buildx build --provenance)' }),
    };
  },
};
