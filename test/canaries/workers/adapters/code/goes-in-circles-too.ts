// refused by: import(no-cycle)
import { one } from "./goes-in-circles.ts";

export const other = (): number => one() + 1;
