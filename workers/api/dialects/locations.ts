const COLLECTION = "/files/";

/** The absolute URL of an upload: whoever has it may go on with the upload. */
export const locationOf = (origin: string, handle: string): string => `${origin}${COLLECTION}${handle}`;

/** The handle in the absolute or relative URL of an upload, null in any other. The authority is not looked at: proxies rewrite it. */
export function handleIn(url: string): string | null {
  const base = "https://relative.invalid";
  if (!URL.canParse(url, base)) return null;
  const { pathname } = new URL(url, base);
  const handle = pathname.startsWith(COLLECTION) ? pathname.slice(COLLECTION.length) : "";
  return handle === "" || handle.includes("/") ? null : handle;
}
