// refused by: typescript(return-await)
async function work(): Promise<number> {
  return await Promise.resolve(1);
}

export async function guarded(release: () => void): Promise<number> {
  try {
    return work();
  } finally {
    release();
  }
}
