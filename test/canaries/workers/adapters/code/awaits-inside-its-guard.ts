// refused by: nothing
async function work(): Promise<number> {
  return Promise.resolve(1);
}

export async function guarded(release: () => void): Promise<number> {
  try {
    return await work();
  } finally {
    release();
  }
}
