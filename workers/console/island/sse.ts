export type StreamEvent = { readonly type: string; readonly data: string };

/** Reads an event stream (HTML §9.2.6) as it comes, in pieces that may end anywhere. */
export function eventReader(): (text: string) => readonly StreamEvent[] {
  let rest = "";
  let type = "";
  let data: string[] = [];

  const line = (text: string): StreamEvent | null => {
    if (text === "") {
      const event = data.length === 0 ? null : { type: type === "" ? "message" : type, data: data.join("\n") };
      type = "";
      data = [];
      return event;
    }
    const colon = text.indexOf(":");
    const field = colon === -1 ? text : text.slice(0, colon);
    const value = colon === -1 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") type = value;
    if (field === "data") data.push(value);
    return null;
  };

  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    return lines.flatMap((each) => line(each) ?? []);
  };
}
