// refused by: typescript(no-unsafe-call)
export function call(text: string): void {
  JSON.parse(text)();
}
