// refused by: promise(no-multiple-resolved)
export const twice = (): Promise<number> =>
  new Promise((resolve) => {
    resolve(1);
    resolve(2);
  });
