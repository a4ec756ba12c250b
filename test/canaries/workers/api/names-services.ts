// refused by: nothing
import type { Services } from "#services";

export type Context = { services: Services };
