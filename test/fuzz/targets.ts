import type { Target } from './target.ts';
import { csv } from './targets/csv.ts';
import { cursors } from './targets/cursors.ts';
import { draft } from './targets/draft.ts';
import { json } from './targets/json.ts';
import { notes } from './targets/notes.ts';
import { proofs } from './targets/proofs.ts';
import { segment } from './targets/segment.ts';

export const targets: Readonly<Record<string, Target>> = {
  json,
  draft,
  cursors,
  csv,
  notes,
  proofs,
  segment,
};
