// The same application as shop.mjs, as CommonJS.
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const { createRecorder, expressAudit } = require('@annals/recorder');
const express = require('express');

async function main([api, keyFile]) {
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
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
