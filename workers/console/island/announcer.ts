/** What is said to those who don't see the page: news when there is room for it, failures at once. */
export interface Announcer {
  say(text: string): void;
  warn(text: string): void;
  /** For everybody, at once: what no row shows. Stays until there is something else, or nothing. */
  tell(text: string): void;
}
