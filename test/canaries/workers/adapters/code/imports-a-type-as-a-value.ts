// refused by: typescript(consistent-type-imports)
import { Result } from "#domain/result.ts";

export type Answer = Result<string, never>;
