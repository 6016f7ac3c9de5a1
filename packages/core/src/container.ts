import 'reflect-metadata';
import type { Token } from '@capstan/plugin-api';
import { instanceCachingFactory, container as root } from 'tsyringe';

/** Values behind tokens. */
export interface TokenStore {
  /** Makes the value on first use; a value given twice is replaced. */
  provide<T>(token: Token<T>, make: () => T): void;
  has(token: Token<unknown>): boolean;
  /** The value, or undefined for an optional token that nothing provides. Any other missing token throws. */
  get<T>(token: Token<T>): T;
}

/** An empty store. tsyringe keeps the values and no other file knows of it: tokens and factories, no decorators. */
export function createTokenStore(): TokenStore {
  const container = root.createChildContainer();
  const has = (token: Token<unknown>) => container.isRegistered(token.id);
  return {
    provide: (token, make) => {
      container.register(token.id, { useFactory: instanceCachingFactory(make) });
    },
    has,
    get<T>(token: Token<T>): T {
      if (token.optional && !has(token)) return undefined as T;
      return container.resolve<T>(token.id);
    },
  };
}
