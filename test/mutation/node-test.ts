/**
 * Stands in for `node:test` in a mutation run: it collects the tests of a file, so that some of them can be run when
 * and as often as the runner wants. The tests that Node collects run once, all of them, and then the process ends.
 * It has what the tests of this repository use: nested suites, hooks, and a context with mocks and clean-up.
 */
import { type MockTracker, mock } from 'node:test';

type Body = (context: Context) => unknown;

export interface Context {
  readonly name: string;
  readonly mock: MockTracker;
  readonly signal: AbortSignal;
  after(cleanUp: () => unknown): void;
}

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly before: Body[];
  readonly after: Body[];
  readonly beforeEach: Body[];
  readonly afterEach: Body[];
}

export interface Test {
  readonly name: string;
  readonly suite: Suite;
  readonly body: Body;
}

let tests: Test[] = [];
let suite = emptySuite('', undefined);
let loading: unknown[] = [];

function emptySuite(name: string, parent: Suite | undefined): Suite {
  return { name, parent, before: [], after: [], beforeEach: [], afterEach: [] };
}

/** The tests that are declared while `load` runs, in their order. */
export async function collect(load: () => Promise<unknown>): Promise<Test[]> {
  tests = [];
  loading = [];
  suite = emptySuite('', undefined);
  await load();
  await Promise.all(loading);
  return tests;
}

/** The name of a test with those of its suites before it. */
export function fullName({ name, suite }: Test): string {
  const names = suitesOf(suite).map((around) => around.name);
  return [...names.slice(1), name].join(' > ');
}

/** Runs a test: first `setUp`, which sets up those of its suites that are not set up yet, then `execute`. */
type Run = (
  test: Test,
  setUp: () => Promise<void>,
  execute: () => Promise<void>,
) => Promise<boolean>;

/** Runs some tests of one file in turn, until `run` says false, and cleans up after their suites in the end. */
export async function runTests(chosen: readonly Test[], run: Run): Promise<void> {
  const ready = new Set<Suite>();
  for (const test of chosen) {
    const goOn = await run(
      test,
      () => setUp(test.suite, ready),
      () => execute(test),
    );
    if (!goOn) break;
  }
  for (const { after } of [...ready].reverse()) {
    for (const body of after) await body(contextOf('after', []));
  }
}

async function setUp(innermost: Suite, ready: Set<Suite>): Promise<void> {
  for (const suite of suitesOf(innermost).filter((suite) => !ready.has(suite))) {
    ready.add(suite);
    for (const body of suite.before) await body(contextOf('before', []));
  }
}

async function execute({ name, suite, body }: Test): Promise<void> {
  const suites = suitesOf(suite);
  const cleanUps: (() => unknown)[] = [];
  const context = contextOf(name, cleanUps);
  try {
    for (const { beforeEach } of suites) for (const hook of beforeEach) await hook(context);
    await body(context);
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
    for (const { afterEach } of suites.toReversed())
      for (const hook of afterEach) await hook(context);
    mock.reset();
  }
}

function contextOf(name: string, cleanUps: (() => unknown)[]): Context {
  const { signal } = new AbortController();
  return { name, mock, signal, after: (cleanUp) => void cleanUps.push(cleanUp) };
}

/** The suites around a test, from the outermost in. */
function suitesOf(innermost: Suite): Suite[] {
  const { parent } = innermost;
  return [...(parent === undefined ? [] : suitesOf(parent)), innermost];
}

export function describe(name: string, ...rest: readonly unknown[]): void {
  const around = suite;
  suite = emptySuite(name, around);
  loading.push((rest.at(-1) as () => unknown)());
  suite = around;
}

export function test(name: string, ...rest: readonly unknown[]): void {
  const { skip = false } = rest.length > 1 ? (rest[0] as { readonly skip?: unknown }) : {};
  if (!skip) tests.push({ name, suite, body: rest.at(-1) as Body });
}

export const before = (body: Body) => void suite.before.push(body);
export const after = (body: Body) => void suite.after.push(body);
export const beforeEach = (body: Body) => void suite.beforeEach.push(body);
export const afterEach = (body: Body) => void suite.afterEach.push(body);
export { mock, test as it };
