// refused by: typescript(no-unsafe-argument)
export const length = (text: string): number => Number(text.concat(JSON.parse(text)));
