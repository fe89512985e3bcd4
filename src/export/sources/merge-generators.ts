/**
 * Runs several readings at once and gives what each brings as it comes, with the place of the reading; each is one value
 * ahead at most. The first failure ends them all; so does leaving early. The readings share a signal by which they are
 * told.
 *
 * They are not raced: a promise that loses many races holds on to what won them.
 */
export async function* mergeGenerators<T>(
  generators: readonly ((signal: AbortSignal) => AsyncGenerator<T>)[],
  signal: AbortSignal,
): AsyncGenerator<{ readonly place: number; readonly value: T }> {
  const stop = new AbortController();
  const shared = AbortSignal.any([signal, stop.signal]);
  const running = generators.map((read) => read(shared));
  const arrived: { readonly place: number; readonly result: IteratorResult<T> }[] = [];
  let failure: { readonly error: unknown } | undefined;
  let news = Promise.withResolvers<void>();
  const advance = async (place: number): Promise<void> => {
    try {
      const result = await (running[place] as AsyncGenerator<T>).next();
      arrived.push({ place, result });
    } catch (error) {
      failure ??= { error };
    }
    news.resolve();
  };
  const advancing = running.map((_, place) => advance(place));
  try {
    for (let open = running.length; open > 0; ) {
      if (failure !== undefined) throw failure.error;
      const next = arrived.shift();
      if (next === undefined) {
        await news.promise;
        news = Promise.withResolvers<void>();
      } else if (next.result.done === true) {
        open -= 1;
      } else {
        yield { place: next.place, value: next.result.value };
        advancing[next.place] = advance(next.place);
      }
    }
  } finally {
    stop.abort();
    await Promise.all(advancing);
    await Promise.allSettled(running.map((each) => each.return(undefined)));
  }
}
