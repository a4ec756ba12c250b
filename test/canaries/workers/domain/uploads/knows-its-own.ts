// refused by: nothing
import { ok, type Result } from "#domain/result.ts";
import { z } from "zod";

export const parse = (text: string): Result<string, never> => ok(z.string().parse(text));
