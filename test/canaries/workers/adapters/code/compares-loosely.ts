// refused by: eslint(eqeqeq)
export const isOne = (n: number): boolean => n == 1;
