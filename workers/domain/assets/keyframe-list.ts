import { z } from "zod";
import type { Keyframes } from "#domain/media/keyframes.ts";

/** The list of an asset's keyframes lies beside its bytes, and goes with them. */
export const keyframesKeyOf = (objectKey: string): string => `${objectKey.split("/").slice(0, 2).join("/")}.keyframes`;

const stored = z.object({ v: z.literal(1), complete: z.boolean(), seconds: z.array(z.number()) });

export const writeKeyframes = ({ complete, seconds }: Keyframes): string => JSON.stringify({ v: 1, complete, seconds });

export const readKeyframes = (text: string): { readonly complete: boolean; readonly seconds: readonly number[] } =>
  stored.parse(JSON.parse(text));
