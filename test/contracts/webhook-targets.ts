import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { webhookTargets } from "#adapters/webhooks/targets.ts";

const targets = webhookTargets({ ownZones: ["uploads.sluice.example", "acme.workers.dev"], allowsLoopback: false });
const local = webhookTargets({ ownZones: [], allowsLoopback: true });
const reasonOf = (url: string, check = targets.check) => {
  const checked = check(url);
  return checked.ok ? "allowed" : checked.error.reason;
};

/** One octet, or several as one number, in a base of `inet_aton`'s; capitals and leading zeros as they please. */
const numeral = (value: number) =>
  fc.oneof(
    fc.constant(String(value)),
    fc.nat(3).map((zeros) => `0${"0".repeat(zeros)}${value.toString(8)}`),
    fc.tuple(fc.constantFrom("0x", "0X"), fc.nat(3), fc.boolean()).map(([base, zeros, capitals]) => {
      const digits = value.toString(16);
      return `${base}${"0".repeat(zeros)}${capitals ? digits.toUpperCase() : digits}`;
    }),
  );

/** Any address in any spelling that a network would read as one. */
const spelledAddress = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 4 }), fc.constantFrom(".", "。", "．", "｡"))
  .chain(([a, b, c, d, count, dot]) => {
    const parts = [a, b, c, d].slice(0, count - 1);
    const rest = [a, b, c, d].slice(count - 1).reduce((sum, octet) => sum * 256 + octet, 0);
    return fc.tuple(...[...parts, rest].map(numeral)).map((texts) => texts.join(dot));
  })
  .chain((host) => fc.constantFrom(host, fullWidth(host), percentEncoded(host), `${host}.`));

const fullWidth = (text: string): string =>
  text.replaceAll(/[0-9a-fx]/g, (digit) => String.fromCodePoint((digit.codePointAt(0) ?? 0) + 0xfee0));
const percentEncoded = (text: string): string =>
  text.replaceAll(/[0-9.]/g, (character) => `%${(character.codePointAt(0) ?? 0).toString(16)}`);

/** The same in Node and in workerd: whose `URL` reads a host how is what everything here rests on. */
export function webhookTargetsContract(): void {
  describe("sends to", () => {
    test.each([
      ["https://app.example/hooks", "https://app.example/hooks"],
      ["https://app.example", "https://app.example/"],
      ["https://app.example:443/hooks?tenant=1", "https://app.example/hooks?tenant=1"],
      ["HTTPS://App.Example/Hooks", "https://app.example/Hooks"],
      ["https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"],
      ["https://bücher.example/", "https://xn--bcher-kva.example/"],
      ["https://1password.example/", "https://1password.example/"],
      ["https://hooks.8-8-8-8.example/", "https://hooks.8-8-8-8.example/"],
      ["https://feedface.example/", "https://feedface.example/"],
      ["https://app.example/http://127.0.0.1/", "https://app.example/http://127.0.0.1/"],
      ["https://other-acme.workers.dev/", "https://other-acme.workers.dev/"],
      ["https://sluice.example/", "https://sluice.example/"],
      ["https://:@app.example/", "https://app.example/"],
      ["https://localhost.example/", "https://localhost.example/"],
      ["https://0a000001.pages.example/", "https://0a000001.pages.example/"],
      ["https://build-2026-11-20.app.example/", "https://build-2026-11-20.app.example/"],
      ["https://main--site.app.example/", "https://main--site.app.example/"],
      ["https://2001-4860-4860--8888.app.example/", "https://2001-4860-4860--8888.app.example/"],
      // A backslash is a slash: what follows is the path, and what is kept says so
      ["https://app.example\\@127.0.0.1/", "https://app.example/@127.0.0.1/"],
    ])("%s", (url, normal) => {
      expect(targets.check(url)).toEqual({ ok: true, value: normal });
    });
  });

  describe("refuses", () => {
    test.each([
      // What is no URL, or not of the one scheme and port
      ["", "not_a_url"],
      ["app.example/hooks", "not_a_url"],
      ["https://", "not_a_url"],
      [`https://app.example/${"a".repeat(2048)}`, "not_a_url"],
      ["http://app.example/", "not_https"],
      ["ftp://app.example/", "not_https"],
      ["file:///etc/passwd", "not_https"],
      ["javascript:alert(1)", "not_https"],
      ["data:text/plain,x", "not_https"],
      ["https://app.example:8443/", "port"],
      ["https://app.example:22/", "port"],
      ["https://app.example:80/", "port"],
      // Who is meant is hidden behind a user
      ["https://user@app.example/", "userinfo"],
      ["https://user:secret@app.example/", "userinfo"],
      ["https://app.example@127.0.0.1/", "userinfo"],
      ["https://app.example/#fragment", "fragment"],
      // Addresses, public ones too
      ["https://8.8.8.8/", "ip_literal"],
      ["https://127.0.0.1/", "ip_literal"],
      ["https://10.0.0.1/", "ip_literal"],
      ["https://169.254.169.254/latest/meta-data/", "ip_literal"],
      ["https://0/", "ip_literal"],
      ["https://0.0.0.0/", "ip_literal"],
      // … in decimal, octal, hexadecimal, short, mixed
      ["https://2130706433/", "ip_literal"],
      ["https://0x7f000001/", "ip_literal"],
      ["https://0X7F.0.0.1/", "ip_literal"],
      ["https://017700000001/", "ip_literal"],
      ["https://0177.0.0.1/", "ip_literal"],
      ["https://127.1/", "ip_literal"],
      ["https://127.0.1/", "ip_literal"],
      ["https://0x7f.1/", "ip_literal"],
      ["https://3232235521/", "ip_literal"],
      ["https://127.0.0.1./", "ip_literal"],
      ["https://%31%32%37.0.0.1/", "ip_literal"],
      ["https://127%2e0%2e0%2e1/", "ip_literal"],
      ["https://0xA9FEA9FE/", "ip_literal"],
      ["https://0251.0376.0251.0376/", "ip_literal"],
      ["https://0000000000000000000000000177.1/", "ip_literal"],
      // … with slashes, spaces and line ends that a URL does not need
      ["https:127.0.0.1", "ip_literal"],
      ["https:///127.0.0.1/", "ip_literal"],
      ["https:\\\\127.0.0.1\\", "ip_literal"],
      ["https://127.0.0.1\\.app.example/", "ip_literal"],
      [" https://127.0.0.1/ ", "ip_literal"],
      ["https://127.0.\n0.1/", "ip_literal"],
      ["https://127.0.\t0.1/", "ip_literal"],
      // … in digits and dots of other scripts
      ["https://𝟏𝟐𝟕.𝟎.𝟎.𝟏/", "ip_literal"],
      ["https://①②⑦.⓪.⓪.①/", "ip_literal"],
      ["https://１２７.０.０.１/", "ip_literal"],
      ["https://127。0。0。1/", "ip_literal"],
      ["https://127．0．0．1/", "ip_literal"],
      ["https://127｡0｡0｡1/", "ip_literal"],
      // … of the sixth version, and what it carries of the fourth
      ["https://[::1]/", "ip_literal"],
      ["https://[::]/", "ip_literal"],
      ["https://[2606:4700:4700::1111]/", "ip_literal"],
      ["https://[fd00::1]/", "ip_literal"],
      ["https://[fe80::1]/", "ip_literal"],
      ["https://[::ffff:127.0.0.1]/", "ip_literal"],
      ["https://[::ffff:7f00:1]/", "ip_literal"],
      ["https://[0:0:0:0:0:ffff:a00:1]/", "ip_literal"],
      ["https://[64:ff9b::7f00:1]/", "ip_literal"],
      ["https://[2002:7f00:1::]/", "ip_literal"],
      ["https://[::127.0.0.1]/", "ip_literal"],
      ["https://[::ffff:0:127.0.0.1]/", "ip_literal"],
      // Numbers that no address can be
      ["https://256.0.0.1/", "not_a_url"],
      ["https://1.2.3.4.5/", "not_a_url"],
      ["https://app.0x10/", "not_a_url"],
      ["https://[::1%25eth0]/", "not_a_url"],
      // Names of this machine and of private networks
      ["https://localhost/", "private_name"],
      ["https://LOCALHOST/", "private_name"],
      ["https://ｌｏｃａｌｈｏｓｔ/", "private_name"],
      ["https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "private_name"],
      ["https://loc%61lhost/", "private_name"],
      ["https://lo\u00adcalhost/", "private_name"],
      ["https://local\u200bhost/", "private_name"],
      ["https://localhost%00.example/", "not_a_url"],
      ["https://app.localhost/", "private_name"],
      ["https://localhost.localdomain/", "private_name"],
      ["https://intranet/", "private_name"],
      ["https://metadata.google.internal/", "private_name"],
      ["https://printer.local/", "private_name"],
      ["https://router.lan/", "private_name"],
      ["https://nas.home.arpa/", "private_name"],
      ["https://1.0.0.127.in-addr.arpa/", "private_name"],
      ["https://wiki.corp/", "private_name"],
      ["https://app.test/", "private_name"],
      ["https://app.invalid/", "private_name"],
      ["https://abcdefghij.onion/", "private_name"],
      ["https://localtest.me/", "private_name"],
      ["https://app.lvh.me/", "private_name"],
      // Public names that answer with the address that they carry, in whichever notation
      ["https://127.0.0.1.nip.io/", "ip_literal"],
      ["https://app-10-0-0-1.nip.io/", "ip_literal"],
      ["https://7f000001.nip.io/", "ip_literal"],
      ["https://app-7f000001.nip.io/", "ip_literal"],
      ["https://8-8-8-8.sslip.io/", "ip_literal"],
      ["https://nip.io/", "ip_literal"],
      // … and private ones in any zone
      ["https://127.0.0.1.names.example/", "private_name"],
      ["https://app.10.0.0.1.names.example/", "private_name"],
      ["https://app-127-0-0-1.names.example/", "private_name"],
      ["https://169-254-169-254.names.example/", "private_name"],
      ["https://fd00--1.names.example/", "private_name"],
      ["https://app-fd00--1.names.example/", "private_name"],
      ["https://0--1.names.example/", "private_name"],
      ["https://fe80-0-0-0-0-0-0-1.names.example/", "private_name"],
      // Names that are none, or are another name
      ["https://app.example./", "bad_name"],
      ["https://localhost./", "bad_name"],
      ["https://app..example/", "bad_name"],
      ["https://-app.example/", "bad_name"],
      ["https://app_1.example/", "bad_name"],
      ["https://*.example/", "bad_name"],
      [`https://${"a".repeat(64)}.example/`, "bad_name"],
      [`https://${"abcdefg.".repeat(32)}example/`, "bad_name"],
      // Ours
      ["https://uploads.sluice.example/v1/uploads", "own_zone"],
      ["https://a.b.uploads.sluice.example/", "own_zone"],
      ["https://UPLOADS.sluice.example/", "own_zone"],
      ["https://sluice.acme.workers.dev/", "own_zone"],
      ["https://0a1b2c3d-sluice.acme.workers.dev/", "own_zone"],
      ["https://acme.workers.dev/", "own_zone"],
    ])("%s: %s", (url, reason) => {
      expect(reasonOf(url)).toBe(reason);
    });

    test("an address in every spelling that a network reads", () => {
      fc.assert(
        fc.property(spelledAddress, (host) => {
          expect(reasonOf(`https://${host}/`)).toBe("ip_literal");
        }),
        { numRuns: 2000 },
      );
    });

    test("the host that a request came to, where it is said", () => {
      expect(targets.check("https://preview.example/").ok).toBe(true);
      expect(targets.check("https://preview.example/", ["preview.example"])).toMatchObject({ error: { reason: "own_zone" } });
    });
  });

  describe("in the local world", () => {
    test.each([
      "http://127.0.0.1:8080/hooks",
      "http://localhost:8080/",
      "http://[::1]:8080/",
      "https://127.0.0.1/",
      "http://2130706433:1/",
    ])("sends to %s, which elsewhere it does not", (url) => {
      expect(reasonOf(url, local.check)).toBe("allowed");
      expect(reasonOf(url)).not.toBe("allowed");
    });

    test.each([
      ["http://app.example/", "not_https"],
      ["http://127.0.0.2/", "not_https"],
      ["http://10.0.0.1/", "not_https"],
      ["https://10.0.0.1/", "ip_literal"],
      ["ftp://127.0.0.1/", "not_https"],
      ["http://user@127.0.0.1/", "userinfo"],
    ])("refuses %s all the same: %s", (url, reason) => {
      expect(reasonOf(url, local.check)).toBe(reason);
    });
  });
}
