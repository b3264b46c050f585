const t=performance.now();
const m = await import(process.argv[2]);
console.log(process.argv[2], Math.round(performance.now()-t), 'since start', Math.round(performance.now()));
