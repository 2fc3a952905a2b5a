import { AssayError, isAssayError } from '../../../lib/error.ts';

/** The names under which notary-server reports what is wrong with an update; clients print a prefix of their own for each. */
export type Rejection = 'ErrValidation' | 'ErrBadHierarchy' | 'ErrBadRoot' | 'ErrBadTargets' | 'ErrBadSnapshot';

/** A refused update, in the shape that docker and notary can show. */
export function rejected(name: Rejection, message: string, more: Record<string, string> = {}): AssayError {
  return new AssayError('trust-update-invalid', 'Update sent by the client is invalid.', {
    detail: { Name: name, Error: { ...more, Msg: message } },
  });
}

/** Runs a check; what it finds wrong becomes a refused update under this name. */
export function asRejection<T>(name: Rejection, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (isAssayError(error) && error.code !== 'trust-update-invalid') throw rejected(name, error.message);
    throw error;
  }
}
