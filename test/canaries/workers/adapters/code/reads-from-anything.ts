// refused by: typescript(no-unsafe-member-access)
export const name = (text: string): unknown => JSON.parse(text).name as unknown;
