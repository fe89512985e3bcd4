import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../.github/workflows', import.meta.url));

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const workflows = globSync('*.yml', { cwd: folder }).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  return { file, text, workflow: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ place: `${file} ${name}`, job })),
);
const runsAllChecks = ({ steps }: Job) =>
  steps.some(({ run = '' }) => run.trimEnd().endsWith('bash .ci/run'));

describe('the workflows', () => {
  it('run what must hold before a change lands, and before a release', () => {
    const checked = jobs.filter(({ job }) => runsAllChecks(job)).map(({ place }) => place);
    assert.deepEqual(checked.toSorted(), ['ci.yml check', 'release.yml check']);
  });

  it('name each action by the hash of its commit, with its version beside it', () => {
    for (const { file, text } of workflows) {
      for (const [line] of text.matchAll(/^.*uses:.*$/gm)) {
        assert.match(line, /uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
      }
    }
  });

  it('give nothing to all jobs, and to each what it needs', () => {
    for (const { file, workflow } of workflows) assert.deepEqual(workflow.permissions, {}, file);
    const given = jobs.map(({ place, job }) => [place, job.permissions] as const);
    assert.deepEqual(Object.fromEntries(given), {
      'ci.yml check': { contents: 'read' },
      'release.yml check': { contents: 'read' },
      'release.yml release': { contents: 'write', 'id-token': 'write', attestations: 'write' },
      'release.yml npm': { contents: 'read', 'id-token': 'write' },
    });
    for (const { place, job } of jobs) assert.ok((job['timeout-minutes'] ?? 0) > 0, place);
  });
});
