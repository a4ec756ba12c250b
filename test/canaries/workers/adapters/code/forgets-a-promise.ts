// refused by: typescript(no-floating-promises)
async function sync(): Promise<void> {}

export function start(): void {
  sync();
}
