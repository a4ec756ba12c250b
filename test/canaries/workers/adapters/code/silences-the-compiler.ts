// refused by: typescript(ban-ts-comment)
// @ts-ignore
export const size: number = "large";
