// Loaded into the server by `npm start`: asks it to stop when the process that started it is gone.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone must not keep the server alive.
process.channel?.unref();
