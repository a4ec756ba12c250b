import type { Announcer } from "./announcer.ts";
import { byId, write } from "./dom.ts";

const PAUSE_MS = 1500;

/** The regions are there when the page loads. News that come together are said together. */
export function liveRegions(): Announcer {
  const status = byId("status", HTMLElement);
  const alert = byId("alert", HTMLElement);
  const note = byId("note", HTMLElement);
  let news: string[] = [];
  let timer = 0;
  return {
    say(text) {
      news.push(text);
      if (timer !== 0) return;
      timer = setTimeout(() => {
        status.textContent = news.join(" ");
        news = [];
        timer = 0;
      }, PAUSE_MS);
    },
    tell(text) {
      write(note, text);
    },
    warn(text) {
      alert.textContent = text;
    },
  };
}
