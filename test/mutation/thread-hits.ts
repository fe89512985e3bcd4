/**
 * Loaded in every thread of a mutation run: a thread that ends writes down which mutants it executed, because what
 * StrykerJS counts is a global of each thread. Which mutant is active needs no help: a thread inherits the variable.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';

interface State {
  readonly mutantCoverage?: { readonly static: Record<string, number> };
}

if (!isMainThread && process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) {
  process.on('exit', () => {
    const { __stryker__: state } = globalThis as unknown as { __stryker__?: State };
    const hits = state?.mutantCoverage?.static ?? {};
    writeFileSync(`thread-hits-${threadId}`, JSON.stringify(hits));
  });
}
