import type { Application, ApplicationConsent, ApplicationQuestion } from "#domain/identity/application.ts";
import { ok, type Result } from "#domain/result.ts";
import type { ApplicationFailure } from "#domain/uploads/intake.ts";

type Asked = ApplicationQuestion & { readonly authorization: string | null };

/** An application that answers as it is told, and keeps what it was asked. */
export function fakeApplication(): Application & { readonly asked: Asked[]; answer: Result<ApplicationConsent, ApplicationFailure> } {
  const asked: Asked[] = [];
  return {
    asked,
    answer: ok({ creator: null }),
    async ask(question, authorization) {
      asked.push({ ...question, authorization });
      return this.answer;
    },
  };
}
