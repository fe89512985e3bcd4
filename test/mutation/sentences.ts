/** A rule for StrykerJS about what is not worth mutating. */

/** A node of the syntax tree. */
interface Path {
  readonly node: {
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  };
}

/** Three words in lower case one after the other, or how our messages begin: neither a code, a header nor SQL. */
const sentence = /^Cannot |(?<!\p{L})(?:[\p{Ll}’']+ ){2}[\p{Ll}’']/u;

/**
 * Sentences stay as they are. They are for people: tests compare the codes of errors, so that a better wording breaks
 * none of them. A condition around a sentence is mutated like any other.
 */
const sentences = {
  shouldIgnore({ node: { value, quasis = [] } }: Path): string | undefined {
    const text = typeof value === 'string' ? value : quasis.map(({ value }) => value.raw).join('$');
    return sentence.test(text) ? 'a sentence for people' : undefined;
  },
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'sentences', value: sentences }];
