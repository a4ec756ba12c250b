import fc from "fast-check";

const HOSTILE = [
  "",
  " ",
  "\t",
  ",",
  ", ",
  ";",
  "=",
  '"',
  "\\",
  "*",
  "-",
  "+",
  "-1",
  "0x5",
  "1e3",
  "9007199254740993",
  "\0",
  "\r\n",
  "é",
  "\ud800",
  "%",
  "%00",
  "__proto__",
];

const anyCodeUnits = fc.uint16Array({ maxLength: 64 }).map((units) => String.fromCharCode(...units));

/** Anything at all, and near misses: one of `seeds` with a stretch of it replaced. */
export function hostileText(...seeds: string[]): fc.Arbitrary<string> {
  const nearMiss = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(200), fc.nat(3), fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 4 })))
    .map(([seed, at, length, insert]) => {
      const start = at % (seed.length + 1);
      return seed.slice(0, start) + insert + seed.slice(start + length);
    });
  return fc.oneof(nearMiss, anyCodeUnits, fc.string({ maxLength: 64 }));
}

/** An exact length, or one near an edge. */
export const size = fc.oneof(fc.nat(1000), fc.maxSafeNat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER - 1));

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

export const hex = (length: number) =>
  bytes(length).map((array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join(""));
