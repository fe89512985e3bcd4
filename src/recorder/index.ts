/** What an application uses to leave a trace of every call; `docs/recording.md` shows how. */
export { createRecorder, type Recorder, type RecorderStats } from './client.ts';
export { type ExpressAudit, expressAudit } from './express.ts';
export { fastifyAudit } from './fastify.ts';
export type { RecorderDraft } from './fit.ts';
export { honoAudit } from './hono.ts';
export type { Actor, Description, HttpAuditOptions, RequestAudit } from './http-audit.ts';
export type { HttpAnswer } from './http-facts.ts';
export type { LossReason } from './losses.ts';
export type { RecorderOptions } from './options.ts';
