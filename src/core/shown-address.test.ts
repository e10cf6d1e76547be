import { expect, it } from "vitest";
import { addressSecrets, shownAddress } from "./shown-address.ts";

it.each([
  ["https://user:hunter2@h.test/a.json?x=1", "https://[secret]@h.test/a.json?x=1"],
  ["https://token@h.test/a", "https://[secret]@h.test/a"],
  ["https://:pass@h.test/a", "https://[secret]@h.test/a"],
  ["https://u:p@ss@h.test/a", "https://[secret]@h.test/a"],
  [
    "https://h.test/a?token=abc&part=2&X-Amz-Signature=f00#access_token=x",
    "https://h.test/a?token=[secret]&part=2&X-Amz-Signature=[secret]#access_token=[secret]",
  ],
  ["HTTPS://u:p@[bad/a", "HTTPS://[secret]@[bad/a"],
  ["https://u:p/ss#w?rd@h.test/a", "https://[secret]@h.test/a"],
  ["https://h.test/a@b?c=d@e", "https://h.test/a@b?c=d@e"],
  ["hf:owner/name@main", "hf:owner/name@main"],
  ["data/my@file.json", "data/my@file.json"],
])("%s is shown as %s", (address, shown) => expect(shownAddress(address)).toBe(shown));

it("what is secret of an address is what is written, what is meant and what is sent", () => {
  const secrets = addressSecrets("https://me:p%40ss%2Fword@h.test/?sig=a%2Bb&x=1");
  expect(secrets).toEqual(["p@ss/word", btoa("me:p@ss/word"), "//me:p%40ss%2Fword@", "a+b"]);
  expect(addressSecrets("https://h.test/a.json")).toEqual([]);
  expect(addressSecrets("https://me:p/ss:w@rd@h.test/")).toEqual(["p/ss:w@rd"]);
  expect(addressSecrets("no address")).toEqual([]);
});
