/** `openapi.json`: the API as its operations describe it, committed so that a change of it is seen in review. */
import { newApp } from "../../workers/api/app.ts";
import { openapiDocument } from "../../workers/api/openapi-document.ts";

const unneeded = (): never => {
  throw new Error("a description needs no services");
};
const silent = { with: () => silent, info: () => undefined, warn: () => undefined, error: () => undefined };

export function generate(): Promise<Map<string, string>> {
  const app = newApp({ services: unneeded, clock: { now: unneeded, newId: unneeded }, log: silent, isOutage: () => false });
  return Promise.resolve(new Map([["openapi.json", `${JSON.stringify(openapiDocument(app), null, 2)}\n`]]));
}
