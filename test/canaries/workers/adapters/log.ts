// refused by: nothing
export const info = (line: string): void => {
  console.log(line);
};
