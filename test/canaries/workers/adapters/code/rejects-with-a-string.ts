// refused by: typescript(prefer-promise-reject-errors)
export const refuse = (): Promise<never> => Promise.reject("broken");
