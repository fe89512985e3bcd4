import type { DialectDependencies } from '../../dialects/dialect.ts';
import { thalassaReader } from '../../dialects/thalassa/reader.ts';
import type { ApiRoute } from '../route.ts';
import { eventBySequenceRoute, eventRoute } from './event.ts';
import { exportRoute } from './export.ts';
import { facetsRoute } from './facets.ts';
import { failedAuthRoutes } from './failed-auth.ts';
import { filterOptionsRoute } from './filter-options.ts';
import { histogramRoute } from './histogram.ts';
import { listRoute } from './list.ts';
import type { OpenStreams } from './open-streams.ts';
import { streamRoute } from './stream.ts';

/**
 * Reading the trail, in Thalassa's shape with additions: a list, one event, the choices for filters, counts over time
 * and of values, an export, and a stream where there is room for streams.
 */
export const trailRoutes = (
  dependencies: DialectDependencies,
  streams?: OpenStreams,
): readonly ApiRoute[] => [
  listRoute(dependencies),
  filterOptionsRoute(dependencies),
  histogramRoute(dependencies),
  facetsRoute(dependencies),
  exportRoute(dependencies),
  ...failedAuthRoutes(dependencies),
  eventBySequenceRoute(dependencies),
  ...(streams === undefined ? [] : [streamRoute(dependencies, streams)]),
  // Last: its path matches those above.
  eventRoute(dependencies),
];

/** The same with the vendor's fields alone, for tools of Thalassa's. */
export const thalassaTrailRoutes = (dependencies: DialectDependencies): readonly ApiRoute[] => [
  // Who failed to authenticate here is what nobody but Annals knows, so its own records are among these.
  ...failedAuthRoutes(
    { ...dependencies, reader: thalassaReader(dependencies.reader, {}) },
    dependencies.reader,
  ),
  ...trailRoutes({ ...dependencies, reader: thalassaReader(dependencies.reader) }),
];
