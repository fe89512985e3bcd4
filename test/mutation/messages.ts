/** A rule for StrykerJS about what is not worth mutating. */

/** A node of the syntax tree, and the way up from it. */
interface Path {
  readonly node: {
    readonly type: string;
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
    readonly callee?: { readonly name?: string };
  };
  readonly parentPath: Path | null;
}

/** A string with two words in it, as opposed to a code or the name of a field. */
function isProse({ node: { value, quasis = [] } }: Path): boolean {
  const text = typeof value === 'string' ? value : quasis.map(({ value }) => value.raw).join('0');
  return /\p{L} ["'(]?[\p{L}\d]/u.test(text);
}

function isInError(path: Path | null): boolean {
  if (path === null) return false;
  const { type, callee } = path.node;
  return (
    (type === 'NewExpression' && /Error$/.test(callee?.name ?? '')) || isInError(path.parentPath)
  );
}

/**
 * The text of an error's message stays as it is: tests compare the codes of errors, so that a better wording breaks
 * none of them. A condition around such a text is mutated like any other.
 */
const messageText = {
  shouldIgnore(path: Path): string | undefined {
    return isProse(path) && isInError(path.parentPath) ? 'text of a message' : undefined;
  },
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'message-text', value: messageText }];
