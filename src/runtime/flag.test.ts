import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flagFromSignal, isRaised } from './flag.ts';

describe('a flag', () => {
  it('is raised when its signal is aborted, wherever it was sent before', () => {
    const controller = new AbortController();
    const flag = flagFromSignal(controller.signal);
    const sent = structuredClone(flag);
    assert.equal(isRaised(sent), false);
    controller.abort();
    assert.equal(isRaised(flag), true);
    assert.equal(isRaised(sent), true);
  });

  it('is raised from the first on when that was before', () => {
    assert.equal(isRaised(flagFromSignal(AbortSignal.abort())), true);
  });
});
