import type { LaunchedWorld } from "#test/world/launch.ts";
import type { Speaker } from "./speaker.ts";

/** Speaks to a launched world as a creator with an API key. */
export const overHttp = ({ url, apiKey }: LaunchedWorld): Speaker => ({
  send: (method, path, { headers = {}, body } = {}) =>
    fetch(new URL(path, url), {
      method,
      redirect: "manual",
      headers: { Authorization: `Bearer ${apiKey}`, ...headers },
      ...(body !== undefined && { body }),
    }),
});
