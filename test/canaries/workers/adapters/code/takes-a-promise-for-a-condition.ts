// refused by: typescript(no-misused-promises)
export function isThere(found: Promise<boolean>): string {
  return found ? "yes" : "no";
}
