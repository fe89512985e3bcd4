import type { DialectDependencies } from '../../dialects/dialect.ts';
import type { ApiRoute } from '../route.ts';
import { eventBySequenceRoute, eventRoute } from './event.ts';
import { exportRoute } from './export.ts';
import { facetsRoute } from './facets.ts';
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
  eventBySequenceRoute(dependencies),
  ...(streams === undefined ? [] : [streamRoute(dependencies, streams)]),
  // Last: its path matches those above.
  eventRoute(dependencies),
];
