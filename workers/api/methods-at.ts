import type { Api } from "./context.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods that a path answers to, as `Allow` lists them. */
export function methodsAt(app: Api, path: string): string[] {
  const allowed: string[] = METHODS.filter((method) => app.router.match(method, path)[0].some(([[, route]]) => route.method === method));
  return allowed.includes("GET") ? [...allowed, "HEAD"] : allowed;
}
