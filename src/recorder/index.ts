/** What an application uses to record every call; `docs/use/recording.md` shows how. */

export { type ExpressAudit, expressAudit } from './express.ts';
export { fastifyAudit } from './fastify.ts';
export type { RecorderDraft } from './fit-draft.ts';
export { honoAudit } from './hono.ts';
export type { Actor, Description, HttpAuditOptions, RequestAudit } from './http-audit.ts';
export type { HttpOutcome as HttpAnswer } from './http-facts.ts';
export type { LossReason } from './losses.ts';
export type { RecorderOptions } from './options.ts';
export { createRecorder, type Recorder, type RecorderStats } from './recorder.ts';
