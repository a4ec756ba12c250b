import { byId, write } from "./dom.ts";

/** What is said to those who don't see the page: news when there is room for it, failures at once. */
export interface Announcer {
  say(text: string): void;
  warn(text: string): void;
  /** For everybody, at once: what no row shows. Stays until there is something else, or nothing. */
  tell(text: string): void;
}

const PAUSE_MS = 1500;

/** The regions are there when the page loads. News that come together are said together. */
export function announcer(): Announcer {
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
