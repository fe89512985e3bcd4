/** Opens a store and closes it. */
import { openSegmentedStore } from './store.ts';

const { ANNALS_TEST_DIRECTORY: directory = '' } = process.env;
const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 20 });
await store.close();
