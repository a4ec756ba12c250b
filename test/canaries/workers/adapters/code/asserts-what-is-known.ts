// refused by: typescript(no-unnecessary-type-assertion)
export const name = (text: string): string => text as string;
