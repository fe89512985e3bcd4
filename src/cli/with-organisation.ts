import { AnnalsError } from '../core/errors.ts';

/** With the operator's key the server needs the organisation: the error names the flag for it. */
export async function withOrganisation<T>(response: Promise<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    const missing =
      error instanceof AnnalsError && error.issues.some(({ field }) => field === 'organisation');
    if (!missing) throw error;
    throw new AnnalsError(
      'invalid',
      'Cannot choose the organisation: with the operator’s key, name it with -O',
    );
  }
}
