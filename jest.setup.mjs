// Errors thrown by Node's core or node:sqlite belong to another realm than a Jest test, so that
// `instanceof Error` and toThrow(Error) would be false for them.
import 'reflect-metadata';
import { types } from 'node:util';

const own = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  configurable: true,
  value(candidate) {
    return own.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});
