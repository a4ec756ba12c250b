// refused by: nothing
export const imfFixdate = (epochMs: number) => new Date(epochMs).toUTCString();
