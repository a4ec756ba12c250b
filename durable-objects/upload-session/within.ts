/** Null when `work` is done or still going on after `ms`; what it threw otherwise. */
export async function within(work: Promise<void>, ms: number): Promise<{ cause: unknown } | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([
      work.then(
        () => null,
        (cause: unknown) => ({ cause }),
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer ?? null);
  }
}
