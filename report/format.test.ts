import { assert, double, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { formatFactor, formatFigure, formatRatioRange, groupThousands } from "./format.ts";

const t95 = (low: number, high: number) => ({ kind: "t95", low, high }) as const;

describe("a figure", () => {
  it("has no digit that its interval does not support", () => {
    expect(formatFigure("throughput", 123_456, t95(121_000, 126_000))).toEqual({ value: "123,000", low: "121,000", high: "126,000" });
    expect(formatFigure("p99", 1_834, t95(1_700, 1_980))).toEqual({ value: "1.8", low: "1.7", high: "2.0" });
  });

  it("has three digits at most where it comes from a histogram", () => {
    expect(formatFigure("p50", 412.34, t95(412.3, 412.4)).value).toBe("0.412");
  });

  it("keeps one digit where the interval supports none", () => {
    expect(formatFigure("coldStart", 5, t95(1, 60)).value).toBe("5");
  });

  it("has two digits without an interval, and three where it was counted", () => {
    expect(formatFigure("throughput", 123_456, null).value).toBe("120,000");
    expect(formatFigure("artifact", 8_123_456, null).value).toBe("8.12");
  });

  it("is rounded down where it is a lower bound", () => {
    expect(formatFigure("throughput", 98_990, t95(97_000, 101_000), true).value).toBe("98,000");
  });

  it("prints an interval that covers the measured one", () => {
    const positive = double({ min: 1, max: 1e6, noNaN: true });
    assert(
      property(positive, double({ min: 1.0001, max: 3, noNaN: true }), (value, spread) => {
        const { low, high } = formatFigure("throughput", value, t95(value / spread, value * spread));
        expect(Number(low?.replaceAll(",", ""))).toBeLessThanOrEqual((value / spread) * (1 + 1e-9));
        expect(Number(high?.replaceAll(",", ""))).toBeGreaterThanOrEqual(value * spread * (1 - 1e-9));
      }),
    );
  });
});

describe("a ratio", () => {
  it("is a range, rounded outwards", () => {
    expect(formatRatioRange({ value: 2.24, low: 2.12, high: 2.38 })).toBe("2.1–2.4");
  });

  it("is one number where it is exact", () => {
    expect(formatRatioRange({ value: 1.5, low: 1.5, high: 1.5 })).toBe("1.50");
  });

  it("prints a factor with the digits of its interval", () => {
    expect(formatFactor(5.046, { value: 5.046, low: 4.85, high: 5.24 })).toBe("5.0x");
    expect(formatFactor(52.4, null)).toBe("52x");
  });
});

it("groups digits by thousands before the decimal point only", () => {
  expect(groupThousands(1_234_567.12345, 4)).toBe("1,234,567.1235");
});
