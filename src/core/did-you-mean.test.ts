import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { didYouMean } from './did-you-mean.ts';
import { draftSchema } from './event.ts';

const fields = Object.keys(draftSchema.shape);

describe('didYouMean', () => {
  it('names the field that was probably meant', () => {
    for (const [unknown, meant] of [
      ['creatdAt', 'createdAt'],
      ['useridentity', 'userIdentity'],
      ['user_identity', 'userIdentity'],
      ['resourcetype', 'resourceType'],
      ['acton', 'action'],
      ['usre', 'user'],
      ['organisationIdentity', 'organizationIdentity'],
    ] as const) {
      assert.equal(didYouMean(unknown, fields), ` (did you mean ${meant}?)`, unknown);
    }
  });

  it('names nothing when nothing is near', () => {
    for (const unknown of ['', 'x', 'colour', 'createdAt'.repeat(100)]) {
      assert.equal(didYouMean(unknown, fields), '', unknown);
    }
  });

  it('names the nearest of several', () => {
    assert.equal(didYouMean('pages', ['range', 'page', 'stages']), ' (did you mean page?)');
  });
});
