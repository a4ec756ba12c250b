import type { Announcer } from "./announcer.ts";
import type { Client } from "./api.ts";
import type { Confirm } from "./confirm.ts";
import { download } from "./download.ts";
import type { ListedAsset } from "./resources.ts";
import { videoList, type VideoAction, type VideoRow } from "./video-list.ts";

const EMPTY = "No video yet. What has been uploaded and checked appears here.";

/** The list of what is stored and checked, and what can be done with it. */
export function videos(client: Client, announcer: Announcer, confirm: Confirm, gone: () => void) {
  const rows = new Map<string, VideoRow>();
  let words = EMPTY;
  const stop = new AbortController();

  const render = (): void => view.render([...rows.values()], words);
  const change = (id: string, part: Partial<VideoRow>): void => {
    const row = rows.get(id);
    if (row === undefined) return;
    rows.set(id, { ...row, ...part });
    if (part.note !== undefined && part.note !== "") announcer.say(`${row.asset.filename}: ${part.note}`);
    if (part.advice !== undefined && part.advice !== null)
      announcer.warn(`${row.asset.filename}: ${part.advice.happened} ${part.advice.todo}`);
    render();
  };

  const actions: Record<VideoAction, (asset: ListedAsset) => Promise<void>> = {
    async download(asset) {
      change(asset.id, { note: "Being downloaded…", advice: null });
      const done = await download(client, asset, stop.signal);
      change(asset.id, done.ok ? { note: "Downloaded." } : { note: "", advice: done.advice });
    },
    async copy(asset) {
      try {
        await navigator.clipboard.writeText(asset.id);
        change(asset.id, { note: "The id is copied." });
      } catch {
        change(asset.id, { note: `Copying is not allowed here; the id is ${asset.id}.` });
      }
    },
    async remove(asset) {
      if (!(await confirm(`Delete “${asset.filename}”? Its bytes are erased, and nobody can bring them back.`, "Delete it"))) return;
      const deleted = await client.deleteAsset(asset.id);
      if (!deleted.ok && deleted.refusal.status !== 410) return change(asset.id, { advice: deleted.refusal.advice });
      rows.delete(asset.id);
      announcer.say(`${asset.filename} is deleted.`);
      render();
      gone();
    },
  };

  const view = videoList((id, action) => {
    const row = rows.get(id);
    if (row !== undefined) void actions[action](row.asset);
  }, stop.signal);

  return {
    list(assets: readonly ListedAsset[]) {
      const before = new Map(rows);
      rows.clear();
      words = EMPTY;
      for (const asset of assets) rows.set(asset.id, { note: "", advice: null, ...before.get(asset.id), asset });
      render();
    },
    refused(why: string) {
      rows.clear();
      words = why;
      render();
    },
    stop: () => stop.abort(),
  };
}
