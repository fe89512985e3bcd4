export { createRecorder } from './client.ts';
