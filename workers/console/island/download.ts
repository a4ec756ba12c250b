import { LOCAL_ADVICE, type Advice } from "./advice.ts";
import { refusalOf, type Client } from "./api.ts";
import { bytesInWords } from "./measures.ts";
import type { ListedAsset } from "./resources.ts";

/** What a page may hold in memory; a browser gives a page no other way to a file that needs a key. */
const MOST_BYTES = 1_000_000_000;

export type Downloaded = { readonly ok: true } | { readonly ok: false; readonly advice: Advice };

export async function download(client: Client, asset: ListedAsset, signal: AbortSignal): Promise<Downloaded> {
  if (asset.size > MOST_BYTES) return { ok: false, advice: tooLarge(asset) };
  const reply = await client.content(asset.id, signal);
  if (reply === null) return { ok: false, advice: LOCAL_ADVICE.broken_download };
  if (!reply.ok) return { ok: false, advice: refusalOf(reply, await reply.text()).advice };
  try {
    // Never under its own type: what somebody uploaded is a file here, not a page.
    const content = new Blob([await reply.arrayBuffer()], { type: "application/octet-stream" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = asset.filename;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return { ok: true };
  } catch {
    return { ok: false, advice: LOCAL_ADVICE.broken_download };
  }
}

const tooLarge = ({ id, size, filename }: ListedAsset): Advice => ({
  happened: `The video has ${bytesInWords(size)}, too much for a browser to fetch with a key.`,
  done: "Nothing was downloaded.",
  todo: `Fetch it in a terminal, where the download can be resumed (put your key into KEY, the name is “${filename}”):`,
  code: `curl -C - -OJ -H "Authorization: Bearer $KEY" ${location.origin}/v1/assets/${id}/content`,
});
