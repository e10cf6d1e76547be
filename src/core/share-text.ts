/** From here on a ratio is read as a multiple. */
const MULTIPLE_FROM = 10;

/** A ratio in words of `whole`: `57 % of the median TTFT`; above 1 000 % `4 585× the median TTFT`. */
export function shareOfText(share: number, whole: string, digits = 0): string {
  return share > MULTIPLE_FROM ? `${multipleText(share)} ${whole}` : `${shareText(share, digits)} of ${whole}`;
}

/** A ratio by itself: `57 %`, `4 585×`. Not for shares of a whole, which cannot be above 1. */
export function shareText(share: number, digits = 0): string {
  return Math.abs(share) > MULTIPLE_FROM ? multipleText(share) : `${(share * 100).toFixed(digits)} %`;
}

function multipleText(ratio: number): string {
  const size = Math.round(Math.abs(ratio));
  return `${ratio < 0 ? "−" : ""}${String(size).replaceAll(/\B(?=(?:\d{3})+$)/g, " ")}×`;
}
