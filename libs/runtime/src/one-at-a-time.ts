/** Makes a queue of one: each piece of work begins when the one before has ended, well or badly. */
export const oneAtATime = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
};

/** Makes queues by name: work under one name goes one after another, under several side by side. */
export const turns = (): (<T>(name: string, work: () => Promise<T>) => Promise<T>) => {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const before = last.get(name);
    const turn = before ? before.then(work, work) : work();
    last.set(name, turn);
    const ended = (): void => {
      if (last.get(name) === turn) last.delete(name);
    };
    turn.then(ended, ended);
    return turn;
  };
};
