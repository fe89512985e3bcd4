/**
 * A test runner for StrykerJS that runs the tests of `node:test` in its own process: a process for each mutant, as
 * StrykerJS's own runner has, takes ten times as long. For each mutant the test files that execute it are loaded anew,
 * with all the source they import, so no mutant leaves anything behind in a module for the next one.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Script } from 'node:vm';
import { keepApart, loadAfresh } from './fresh-modules.ts';
import { collect, fullName, runTests, type Test } from './node-test.ts';
import { isInSample, notInSample } from './sample.ts';

/** The variable with the time, in milliseconds since 1970, from which on no mutant is tried any more. */
export const deadlineVariable = 'ANNALS_MUTATION_DEADLINE';

/** The reason of a mutant that was not tried because the time was over. */
export const notTried = 'not tried: the time is over';

const tooLong = 'it takes too long';

/** A test in the dry run takes this long at most. */
const dryRunMillis = 120_000;

/** With a mutant, a test takes this long at most, and three times as long as usual. */
const patienceMillis = 2_000;

/** How long each test took in the dry run, in milliseconds, for processes that start later. */
const timesFile = 'test-times.json';

type Hits = Record<string, number>;

/** What the code that StrykerJS has instrumented shares with the runner. */
interface State {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { readonly static: Hits; readonly perTest: Record<string, Hits> };
}

interface Options {
  readonly testFiles: readonly string[];
}

interface MutantRun {
  readonly activeMutant: { readonly id: string; readonly fileName: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
}

interface Killed {
  readonly status: 'killed';
  readonly killedBy: readonly string[];
  readonly failureMessage: string;
  readonly nrOfTests: number;
}

type MutantResult =
  | Killed
  | { readonly status: 'error'; readonly errorMessage: string }
  | { readonly status: 'timeout'; readonly reason: string }
  | { readonly status: 'survived'; readonly nrOfTests: number };

const global = globalThis as unknown as { __stryker__?: State };
global.__stryker__ ??= {};
const state = global.__stryker__;
const { setTimeout, clearTimeout } = globalThis;

/** Makes the test that runs fail. */
let fail: (error: unknown) => void = () => {};

class Runner {
  readonly #files: readonly string[];
  #times: Record<string, number> = {};
  #ran = 0;

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  init(): void {
    keepApart(process.cwd());
    // What goes wrong outside of any promise that a test waits for.
    process.on('uncaughtException', (error) => fail(error));
    process.on('unhandledRejection', (error) => fail(error));
    if (existsSync(timesFile)) this.#times = JSON.parse(readFileSync(timesFile, 'utf8'));
  }

  /** Runs every test once, and notes which mutants it executes, by itself or by being loaded. */
  async dryRun() {
    const results: unknown[] = [];
    const times: Record<string, number> = {};
    const perTest: Record<string, Hits> = {};
    const coverage = { static: {} as Hits, perTest: {} as Record<string, Hits> };
    state.mutantCoverage = coverage;
    for (const file of this.#files) {
      state.currentTestId = file;
      const tests = await collect(() => loadAfresh(resolve(file)));
      await runTests(tests, async (test, setUp, execute) => {
        const id = `${file}: ${fullName(test)}`;
        const before = performance.now();
        state.currentTestId = file;
        const problem = await problemOf(async () => {
          await setUp();
          state.currentTestId = id;
          await execute();
        }, dryRunMillis);
        const own = coverage.perTest[id] ?? {};
        for (const [mutant, hits] of Object.entries(hitsOfThreads())) {
          own[mutant] = (own[mutant] ?? 0) + hits;
        }
        perTest[id] = own;
        const timeSpentMs = performance.now() - before;
        times[id] = timeSpentMs;
        results.push({
          id,
          name: id,
          fileName: file,
          timeSpentMs,
          ...(problem === undefined ? { status: 0 } : { status: 1, failureMessage: problem }),
        });
        return true;
      });
      // What is executed while the file is loaded or a suite is set up is for all of its tests.
      for (const mutant of Object.keys(coverage.perTest[file] ?? {})) {
        for (const test of tests) {
          const own = perTest[`${file}: ${fullName(test)}`]!;
          own[mutant] ??= 1;
        }
      }
    }
    writeFileSync(timesFile, JSON.stringify(times));
    return { status: 'complete', tests: results, mutantCoverage: { static: {}, perTest } };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRun): Promise<MutantResult> {
    const deadline = Number(process.env[deadlineVariable] ?? Number.POSITIVE_INFINITY);
    if (Date.now() > deadline) return { status: 'error', errorMessage: notTried };
    if (!isInSample(activeMutant.id)) return { status: 'error', errorMessage: notInSample };
    state.activeMutant = activeMutant.id;
    process.env.__STRYKER_ACTIVE_MUTANT__ = activeMutant.id;
    state.hitCount = 0;
    state.hitLimit = limitOf(hitLimit);
    this.#ran = 0;
    const killed = await this.#firstFailure(activeMutant.fileName, new Set(testFilter));
    if (state.hitCount > state.hitLimit) return { status: 'timeout', reason: 'an endless loop' };
    if (killed?.failureMessage === tooLong) return { status: 'timeout', reason: tooLong };
    return killed ?? { status: 'survived', nrOfTests: this.#ran };
  }

  async #firstFailure(source: string, chosen: ReadonlySet<string>): Promise<Killed | undefined> {
    let killed: Killed | undefined;
    const kill = (id: string, failureMessage: string) => {
      killed ??= { status: 'killed', killedBy: [id], failureMessage, nrOfTests: this.#ran };
    };
    for (const file of nearest(this.#files, source)) {
      const first = [...chosen].find((id) => id.startsWith(`${file}: `));
      if (first === undefined) continue;
      let tests: Test[] = [];
      const problem = await problemOf(async () => {
        tests = await collect(() => loadAfresh(resolve(file)));
      }, patienceMillis);
      if (problem !== undefined) kill(first, problem);
      const ofFile = tests.filter((test) => chosen.has(`${file}: ${fullName(test)}`));
      const cleaning = await problemOf(
        () =>
          runTests(ofFile, async (test, setUp, execute) => {
            this.#ran += 1;
            const id = `${file}: ${fullName(test)}`;
            const limit = patienceMillis + 3 * (this.#times[id] ?? 0);
            const problem = await problemOf(async () => {
              await setUp();
              await interruptible(execute, limit);
            }, limit);
            if (problem !== undefined) kill(id, problem);
            return killed === undefined;
          }),
        2 ** 31 - 1,
      );
      if (cleaning !== undefined) kill(first, cleaning);
      if (killed !== undefined) return killed;
    }
    return undefined;
  }
}

/**
 * How often a mutant may be executed before that counts as an endless loop. StrykerJS says a hundred times as often as
 * all tests did together; that takes minutes where a test executes it a million times.
 */
function limitOf(hitLimit = Number.POSITIVE_INFINITY): number {
  return Math.min(hitLimit, hitLimit / 20 + 100_000);
}

/** The test file that stands beside the source first: it most likely notices. */
function nearest(files: readonly string[], source: string): readonly string[] {
  const beside = `${basename(source, '.ts')}.test.ts`;
  return files.toSorted(
    (one, other) => Number(basename(other) === beside) - Number(basename(one) === beside),
  );
}

/** Undefined when it went well. Waits for no longer than `millis`, nor after something has failed meanwhile. */
async function problemOf(run: () => Promise<void>, millis: number): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const outside = new Promise<never>((_, reject) => {
    fail = reject;
    timer = setTimeout(() => reject(new Error(tooLong)), millis);
  });
  try {
    await Promise.race([run(), outside]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    fail = () => {};
    clearTimeout(timer);
  }
}

/** Calls a function that is interrupted when it has not returned in time, as a timer could not: it may be a loop. */
function interruptible(call: () => Promise<void>, millis: number): Promise<void> {
  Object.assign(globalThis, { interruptibleCall: call });
  try {
    return interruptibleCall.runInThisContext({ timeout: Math.ceil(millis) }) as Promise<void>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new Error(tooLong) : error;
  }
}
const interruptibleCall = new Script('globalThis.interruptibleCall()');

/** What threads that have ended executed; `thread-hits.ts` wrote it down in them. */
function hitsOfThreads(): Hits {
  const hits: Hits = {};
  for (const name of readdirSync('.').filter((name) => name.startsWith('thread-hits-'))) {
    for (const [mutant, count] of Object.entries(JSON.parse(readFileSync(name, 'utf8')) as Hits)) {
      hits[mutant] = (hits[mutant] ?? 0) + count;
    }
    rmSync(name);
  }
  return hits;
}

function createRunner(options: { readonly annals: Options }): Runner {
  return new Runner(options.annals.testFiles);
}
createRunner.inject = ['options'];

export const strykerPlugins = [{ kind: 'TestRunner', name: 'node-test', factory: createRunner }];
