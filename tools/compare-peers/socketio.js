// Publish and subscribe with Socket.IO's rooms: node socketio.js PORT.
'use strict';
const { Server } = require('socket.io');

const never = 2 ** 31 - 1; // the generator need not answer pings
const io = new Server(Number(process.argv[2]), { transports: ['websocket'],
  perMessageDeflate: false, pingInterval: never, maxHttpBufferSize: 1e8 });
io.on('connection', socket => {
  socket.on('subscribe', topic => { socket.join(topic); socket.emit('ok'); });
  socket.on('publish', (topic, message) => io.to(topic).emit('m', message));
  socket.on('fence', () => socket.emit('ok'));
});
