import { z } from "zod";
import type { Application, ApplicationQuestion } from "#domain/identity/application.ts";
import { err, ok } from "#domain/result.ts";
import { readBounded } from "#adapters/read-bounded.ts";

const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 8192;

const consentSchema = z.object({ creator: z.string().min(1).max(255).optional() });

type Fetch = (request: Request) => Promise<Response>;

/** The authentication callback: `POST` of what is about to happen, with the caller's own `Authorization`. */
export function applicationAt(url: string, send: Fetch = (request) => fetch(request), timeoutMs = TIMEOUT_MS): Application {
  return {
    ask: async (question, authorization) => {
      const unreachable = (detail: string) => err({ code: "application_unreachable", detail } as const);
      try {
        const response = await send(requestFor(url, question, authorization, timeoutMs));
        const body = await readBounded(response, MAX_REPLY_BYTES);
        if (response.status === 200 || response.status === 201) {
          const consent = consentIn(body);
          return consent === null ? unreachable("The application's answer can't be read.") : ok(consent);
        }
        if (response.status < 400 || response.status >= 500) return unreachable(`The application answered ${response.status}.`);
        return err({ code: "application_refused", status: response.status, body, contentType: response.headers.get("Content-Type") });
      } catch (cause) {
        const late = cause instanceof Error && cause.name === "TimeoutError";
        return unreachable(late ? "The application did not answer in time." : "The application could not be reached.");
      }
    },
  };
}

function requestFor(
  url: string,
  { action, requestId, creatorId, upload }: ApplicationQuestion,
  authorization: string | null,
  timeoutMs: number,
): Request {
  const { id, filename, length, contentType, externalId, atomId, metadata, offset } = upload;
  const told = {
    ...(id === null ? {} : { id }),
    filename,
    length,
    content_type: contentType,
    external_id: externalId,
    atom_id: atomId,
    metadata,
  };
  return new Request(url, {
    method: "POST",
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      "Content-Type": "application/json",
      "Request-Id": requestId,
      "User-Agent": "Sluice",
      ...(authorization === null ? {} : { Authorization: authorization }),
    },
    body: JSON.stringify({
      action,
      request_id: requestId,
      upload: offset === null ? told : { ...told, offset },
      ...(creatorId === null ? {} : { creator_id: creatorId }),
    }),
  });
}

/** An empty answer and one that is no JSON object allow without naming anybody; a `creator` that is no name allows nothing. */
function consentIn(body: string): { creator: string | null } | null {
  const value = jsonIn(body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { creator: null };
  const consent = consentSchema.safeParse(value);
  return consent.success ? { creator: consent.data.creator ?? null } : null;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
