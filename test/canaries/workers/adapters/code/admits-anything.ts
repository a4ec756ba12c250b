// refused by: typescript(no-explicit-any)
export type Row = Record<string, any>;
