// refused by: typescript(switch-exhaustiveness-check)
export function label(status: "open" | "closed"): string {
  switch (status) {
    case "open":
      return "open";
  }
  return "";
}
