import { expect, it } from "vitest";
import { shareOfText, shareText } from "./share-text.ts";

it.each([
  [0.051, 1, "5.1 % of the median"],
  [0.57, 0, "57 % of the median"],
  [10, 0, "1000 % of the median"],
  [10.01, 1, "10× the median"],
  [4585, 0, "4 585× the median"],
  [4584.6, 0, "4 585× the median"],
  [1_234_567, 0, "1 234 567× the median"],
])("a ratio of %d reads as a person would say it: %s", (share, digits, text) => {
  expect(shareOfText(share, "the median", digits)).toBe(text);
});

it.each([
  [1.6, "160 %"],
  [-0.1, "-10 %"],
  [12, "12×"],
  [-4585, "−4 585×"],
])("%d by itself: %s", (share, text) => expect(shareText(share)).toBe(text));
