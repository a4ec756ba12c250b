// refused by: import(no-cycle)
import { other } from "./goes-in-circles-too.ts";

export const one = (): number => other() + 1;
