/** Says where it listens, then each time that a connection brings its first request; it answers nobody. */
import { createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => parentPort?.postMessage('asked'));
  socket.resume();
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()));
