/**
 * Runs several generators at once and yields each value as it comes, with the index of its generator. Each generator is at
 * most one value ahead. The first failure ends them all, and so does a consumer that stops early; the signal that they get
 * is then aborted.
 *
 * `Promise.race` is not used: a promise that loses many races keeps the values that won them.
 */
export async function* mergeGenerators<T>(
  generators: readonly ((signal: AbortSignal) => AsyncGenerator<T>)[],
  signal: AbortSignal,
): AsyncGenerator<{ readonly index: number; readonly value: T }> {
  const stop = new AbortController();
  const shared = AbortSignal.any([signal, stop.signal]);
  const running = generators.map((read) => read(shared));
  const arrived: { readonly index: number; readonly result: IteratorResult<T> }[] = [];
  let failure: { readonly error: unknown } | undefined;
  let news = Promise.withResolvers<void>();
  const advance = async (index: number): Promise<void> => {
    try {
      const result = await (running[index] as AsyncGenerator<T>).next();
      arrived.push({ index, result });
    } catch (error) {
      failure ??= { error };
    }
    news.resolve();
  };
  const advancing = running.map((_, index) => advance(index));
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
        yield { index: next.index, value: next.result.value };
        advancing[next.index] = advance(next.index);
      }
    }
  } finally {
    stop.abort();
    await Promise.all(advancing);
    await Promise.allSettled(running.map((each) => each.return(undefined)));
  }
}
