// refused by: typescript(no-unsafe-assignment)
export const parse = (text: string): string => {
  const parsed: string = JSON.parse(text);
  return parsed;
};
