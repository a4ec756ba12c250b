// refused by: typescript(only-throw-error)
export function fail(): never {
  throw "broken";
}
