/** One block of server-sent events: the fields that it has, and its comment. */
export interface SentBlock {
  readonly id?: number;
  readonly event?: string;
  readonly data?: unknown;
  readonly comment?: string;
}

/** Reads a stream of server-sent events block by block, as its chunks come. */
export async function* sentBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SentBlock> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) yield parseBlock(block);
  }
}

function parseBlock(block: string): SentBlock {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const [id, event, data, comment] = ['id', 'event', 'data', ''].map((name) => fields.get(name));
  return {
    ...(id !== undefined && { id: Number(id) }),
    ...(event !== undefined && { event }),
    ...(data !== undefined && { data: JSON.parse(data) }),
    ...(comment !== undefined && { comment }),
  };
}

/** The text of a response; of a stream, which has no end, what comes first. */
export async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}
