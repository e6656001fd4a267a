/**
 * Shapes of what the page keeps in localStorage: small enough for its first JavaScript, in which zod would be a fifth.
 * What crosses a boundary is checked by its contract.
 * @returns the value, without fields that the shape does not name
 * @throws TypeError where it is of another shape
 */
export type Shape<T> = (value: unknown) => T;
export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type ShapedFields<F extends Fields> = { [Name in keyof F]: Shaped<F[Name]> };

/** A shape made of a guard. */
export function shape<T>(fits: (value: unknown) => value is T): Shape<T> {
  return (value) => {
    if (fits(value)) return value;
    throw new TypeError(`A kept value has an unknown shape: ${typeof value}.`);
  };
}

export const text = shape((value) => typeof value === "string");
export const number = shape((value) => typeof value === "number");
/** At least 0. */
export const amount = shape((value): value is number => typeof value === "number" && value >= 0);
/** 0..1 */
export const fraction = shape(
  (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
);

export function oneOf<T>(all: readonly T[]): Shape<T> {
  return shape((value): value is T => all.some((one) => one === value));
}

export function orNull<T>(inner: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : inner(value));
}

export function list<T>(inner: Shape<T>): Shape<T[]> {
  const isArray = shape((value): value is unknown[] => Array.isArray(value));
  return (value) => isArray(value).map((one) => inner(one));
}

const isRecord = shape(
  (value): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value),
);

/** Any names, values of one shape. */
export function record<T>(inner: Shape<T>): Shape<Record<string, T>> {
  return (value) =>
    Object.fromEntries(Object.entries(isRecord(value)).map(([name, one]) => [name, inner(one)]));
}

/** All of these fields. */
export function object<F extends Fields>(fields: F): Shape<ShapedFields<F>> {
  return (value) => {
    const found = isRecord(value);
    const shaped = Object.entries(fields).map(([name, field]) => [name, field(found[name])] as const);
    return Object.fromEntries(shaped) as ShapedFields<F>;
  };
}

/** Some of these fields. */
export function part<F extends Fields>(fields: F): Shape<Partial<ShapedFields<F>>> {
  return (value) => {
    const found = isRecord(value);
    const there = Object.entries(fields).filter(([name]) => found[name] !== undefined);
    return object(Object.fromEntries(there))(found) as Partial<ShapedFields<F>>;
  };
}
