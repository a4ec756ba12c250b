// refused by: typescript(restrict-template-expressions)
export const line = (name: string | undefined): string => `name=${name}`;
