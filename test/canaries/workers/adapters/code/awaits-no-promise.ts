// refused by: typescript(await-thenable)
export async function wait(ms: number): Promise<void> {
  await ms;
}
