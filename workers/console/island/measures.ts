const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

export function bytesInWords(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  if (power === 0) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const digits = value < 10 ? 1 : 0;
  // 999,999 bytes are 1.0 MB, not 1000 kB.
  if (value.toFixed(digits) === "1000" && power < UNITS.length - 1) return `1.0 ${UNITS[power + 1] ?? ""}`;
  return `${value.toFixed(digits)} ${UNITS[power] ?? ""}`;
}

export const speedInWords = (bytesPerSecond: number): string => `${bytesInWords(Math.round(bytesPerSecond))}/s`;

/** What is left, as roughly as it is known. */
export function leftInWords(seconds: number): string {
  if (seconds < 5) return "a few seconds left";
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes <= 1 ? "about a minute left" : `about ${minutes} minutes left`;
  const hours = Math.round(seconds / 3600);
  return hours === 1 ? "about an hour left" : hours < 48 ? `about ${hours} hours left` : `about ${Math.round(seconds / 86_400)} days left`;
}

/** A length of footage: 1:02:03. */
export function lengthInWords(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

export const countInWords = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
