import { type Grade, gradeClass } from '../model/health.ts';

/** A grade as it is punched; a dash where there is none. */
export function Punch({ grade, size = 'sm' }: { grade: Grade | undefined; size?: 'sm' | 'md' | 'xl' }) {
  return (
    <span
      className={`punch ${size === 'md' ? '' : size} ${gradeClass(grade)}`}
      role="img"
      aria-label={grade === undefined ? 'Not graded' : `Grade ${grade}`}
    >
      {grade ?? '–'}
    </span>
  );
}
