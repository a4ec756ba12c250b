import { expect } from "vitest";
import type { FailureCode } from "#domain/failures.ts";

const someText: unknown = expect.any(String);

/** A refusal with this code and evidence, and a sentence for people that is not compared. */
export const refusal = (code: FailureCode, evidence: object = {}): object => ({
  ok: false,
  error: { code, detail: someText, ...evidence },
});

/** What a parser of `header` answers to a value that it can't take. */
export const invalidHeader = (header: string): object => refusal("invalid_header", { header });
