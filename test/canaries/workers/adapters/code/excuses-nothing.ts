// refused by: Unused oxlint-disable directive (no problems were reported).
// oxlint-disable-next-line no-console
export const quiet = true;
