import type { Option } from 'commander';

/** Values of an option for completion, where the help lists them in words and not as choices. */
export const completionValues = new WeakMap<Option, readonly string[]>();
