/**
 * Runs several readings at once and gives what each brings as it comes, with the place of the reading. The first failure
 * ends them all; so does leaving early. The readings share a signal by which they are told.
 */
export async function* together<T>(
  readings: readonly ((signal: AbortSignal) => AsyncGenerator<T>)[],
  signal: AbortSignal,
): AsyncGenerator<{ readonly place: number; readonly value: T }> {
  const stop = new AbortController();
  const shared = AbortSignal.any([signal, stop.signal]);
  const running = readings.map((read) => read(shared));
  const pending = new Map<number, Promise<{ place: number; result: IteratorResult<T> }>>();
  const advance = (place: number): void => {
    const next = (running[place] as AsyncGenerator<T>).next();
    pending.set(
      place,
      next.then((result) => ({ place, result })),
    );
  };
  try {
    for (let place = 0; place < running.length; place += 1) advance(place);
    while (pending.size > 0) {
      const { place, result } = await Promise.race(pending.values());
      pending.delete(place);
      if (result.done === true) continue;
      yield { place, value: result.value };
      advance(place);
    }
  } finally {
    stop.abort();
    await Promise.allSettled(pending.values());
    await Promise.allSettled(running.map((each) => each.return(undefined)));
  }
}
