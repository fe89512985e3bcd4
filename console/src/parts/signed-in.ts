import { meQuery, queryClient } from '../api/queries.ts';
import { forgetMarks } from '../proof/marks.ts';

/** After a new session: nothing of the one before may be seen. */
export async function startSession(): Promise<void> {
  queryClient.clear();
  forgetMarks();
  await queryClient.fetchQuery(meQuery);
}
