// refused by: typescript(no-deprecated)
/** @deprecated */
const former = () => 1;

export const value = former();
