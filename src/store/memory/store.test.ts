import { describeEventStore } from '../event-store.contract.ts';
import { createMemoryStore } from './store.ts';

const place = { open: async () => createMemoryStore(), remove: async () => {} };

describeEventStore('memory', async () => place, { durable: false });
