import { Buffer } from 'buffer/index.js';

// src/integrity is written for Node, which has this class. Whoever imports from there imports this file first.
(globalThis as { Buffer?: unknown }).Buffer ??= Buffer;
