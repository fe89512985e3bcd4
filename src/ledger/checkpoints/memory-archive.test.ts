import { describeCheckpointArchive } from './archive.contract.ts';
import { MemoryArchive } from './memory-archive.ts';

describeCheckpointArchive('memory', async () => new MemoryArchive());
