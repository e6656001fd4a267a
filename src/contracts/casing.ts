/**
 * The one place where the wire's snake_case (HTTP, event stream, stored metadata) and TypeScript's
 * camelCase meet. Only property names change: values, and the keys of `Record`s that hold data, do not exist
 * in our contracts as snake_case names, so a deep conversion is safe.
 */

type CamelKey<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelKey<Tail>>}`
  : S;

type SnakeKey<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeKey<Tail>}`
    : `_${Lowercase<Head>}${SnakeKey<Tail>}`
  : S;

type Leaf = string | number | boolean | bigint | symbol | null | undefined | Date | Blob | Uint8Array;

/** `T` with every property name in camelCase, all the way down; unions stay unions. */
export type Camel<T> = T extends Leaf
  ? T
  : T extends readonly unknown[]
    ? { [Index in keyof T]: Camel<T[Index]> }
    : T extends object
      ? { [K in keyof T as K extends string ? CamelKey<K> : K]: Camel<T[K]> }
      : T;

/** `T` with every property name in snake_case, all the way down; unions stay unions. */
export type Snake<T> = T extends Leaf
  ? T
  : T extends readonly unknown[]
    ? { [Index in keyof T]: Snake<T[Index]> }
    : T extends object
      ? { [K in keyof T as K extends string ? SnakeKey<K> : K]: Snake<T[K]> }
      : T;

function camelKey(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snakeKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function convertKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => convertKeys(item, rename));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [rename(key), convertKeys(inner, rename)]),
  );
}

/** Wire form to TypeScript form. Objects that are not plain (Blob, ImageBitmap, Date) pass through untouched. */
export function toCamel<T>(wire: T): Camel<T> {
  return convertKeys(wire, camelKey) as Camel<T>;
}

/** TypeScript form to wire form. */
export function toSnake<T>(value: T): Snake<T> {
  return convertKeys(value, snakeKey) as Snake<T>;
}
