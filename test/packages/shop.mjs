// An application that records with the installed recorder: one call. Arguments: address of the server, file with the key.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRecorder, expressAudit } from '@annals/recorder';
import express from 'express';

const [, , api, keyFile] = process.argv;
const recorder = createRecorder({ api, key: readFileSync(keyFile, 'utf8').trim() });
const app = express();
app.use(expressAudit({ recorder, actor: () => ({ userIdentity: 'usr-noor' }) }));
app.get('/items/:id', (request, response) => response.json({ id: request.params.id }));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const response = await fetch(`http://127.0.0.1:${server.address().port}/items/7`);
await response.json();
server.close();
server.closeAllConnections();
await once(server, 'close');
if (!(await recorder.close()) || recorder.stats.delivered !== 1) {
  throw new Error(`Not delivered: ${JSON.stringify(recorder.stats)}`);
}
