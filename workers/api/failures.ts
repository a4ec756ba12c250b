import { z } from "@hono/zod-openapi";
import type { TypedResponse } from "hono";
import type { Failure, FailureCode } from "#domain/failures.ts";
import type { ApiContext } from "./context.ts";
import { problem } from "./problem.ts";
import { PROBLEMS } from "./problem-table.ts";

const problemSchema = z
  .looseObject({
    type: z.url().openapi({ example: "https://sluice.example/docs/problems#upload_not_found" }),
    title: z.string().openapi({ example: "There is no such upload" }),
    status: z.int().openapi({ example: 404 }),
    detail: z.string().openapi({ example: "No such upload." }),
    instance: z.string().openapi({ example: "/v1/uploads/upl_01k0fzq1y9m3s8v7c2d5e6r4ta" }),
    code: z.string().openapi({ example: "upload_not_found", description: "Stable: programs go by this." }),
    request_id: z.string().openapi({ example: "req_01k0fzq1y9m3s8v7c2d5e6r4tb" }),
    retryable: z.boolean().openapi({ example: false }),
    retry_after: z.int().optional().openapi({ description: "Seconds." }),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .openapi("Problem", { description: "RFC 9457. What else a failure knows is in further members, such as `expected` and `received`." });

type FailureResponse = { readonly description: string };

/** Fits any operation: what a handler's type speaks of is success. */
export type Refusal = Response & TypedResponse<never, never, never>;

export type Declared<C extends FailureCode> = {
  /** For the route: every status with the codes behind it. */
  readonly responses: { [status: number]: FailureResponse };
  /** Takes nothing but what is declared. */
  refuse(c: ApiContext, failure: Failure<C>): Refusal;
};

/** What an operation may refuse. Every one may fail on our side. */
export function declareFailures<C extends FailureCode>(...codes: readonly C[]): Declared<C> {
  const byStatus = new Map<number, FailureCode[]>();
  for (const code of [...codes, "internal" as const]) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\` ${PROBLEMS[code].title}.`).join(" "),
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
  return { responses, refuse: (c, failure) => problem(c, failure as Failure) as Refusal };
}
