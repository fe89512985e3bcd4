/** Loaded before the tests of a long run: what fast-check generates follows from `ANNALS_TEST_SEED`, so it can be repeated. */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.ANNALS_TEST_SEED) });
