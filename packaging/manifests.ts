import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What the manifest of this repository says that those of the packages repeat. */
const repositorySchema = z.object({
  version: z.string(),
  license: z.string(),
  description: z.string(),
  optionalDependencies: z.record(z.string(), z.string()),
});

export type RepositoryManifest = z.infer<typeof repositorySchema>;

export function readRepositoryManifest(root: string): RepositoryManifest {
  return repositorySchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
}

/**
 * The repository that a package is built from, as npm writes it, from `ANNALS_REPOSITORY`. npm accepts a provenance only
 * if it names the repository that the manifest names; who builds elsewhere has none to name.
 */
function repository(): Record<string, unknown> {
  const { ANNALS_REPOSITORY: url } = process.env;
  return url === undefined ? {} : { repository: { type: 'git', url } };
}

/** The manifest of the package `annals`: everything but Node itself is in its bundle. */
export function commandManifest(
  of: RepositoryManifest,
  manPages: readonly string[],
): Record<string, unknown> {
  return {
    name: 'annals',
    version: of.version,
    description: of.description,
    license: of.license,
    type: 'module',
    // That on which bin/annals.js starts. It hands over to the Node below, or runs on one that is as new.
    engines: { node: '>=20' },
    bin: { annals: 'bin/annals.js' },
    // Nothing is to be imported: applications have a package of their own, @annals/recorder.
    exports: { './package.json': './package.json' },
    man: manPages.map((name) => `man/${name}`),
    files: ['bin/', 'dist/', 'man/', 'THIRD-PARTY-NOTICES'],
    optionalDependencies: of.optionalDependencies,
    publishConfig: { access: 'public', provenance: true },
    ...repository(),
  };
}

/** The manifest of `@annals/recorder`, for applications: ESM and CommonJS, with declarations. */
export function recorderManifest(of: RepositoryManifest): Record<string, unknown> {
  return {
    name: '@annals/recorder',
    version: of.version,
    description: 'Records every call of an application in an Annals audit trail.',
    license: of.license,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: {
      '.': {
        import: { types: './esm/index.d.ts', default: './esm/index.js' },
        require: { types: './cjs/recorder/index.d.ts', default: './cjs/index.js' },
      },
      './package.json': './package.json',
    },
    // For what does not read `exports`.
    main: './cjs/index.js',
    types: './cjs/recorder/index.d.ts',
    files: ['cjs/', 'esm/'],
    publishConfig: { access: 'public', provenance: true },
    ...repository(),
  };
}
