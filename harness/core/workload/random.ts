/**
 * xoshiro128** 1.1 (Blackman and Vigna, 2018, https://prng.di.unimi.it/xoshiro128starstar.c): small, fast, and the same
 * on every machine, which Math.random is not. State and output are 32-bit words.
 */
export interface Random {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1) with 53 random bits. */
  unit(): number;
}

/** The finalizer of MurmurHash3: a bijection of 32-bit words that scatters neighbours. */
export function scatter32(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stream of its own for each (seed, purpose): what one part draws never shifts what another part draws. */
export function seededRandom(seed: number, purpose: string): Random {
  let mixed = scatter32(seed) ^ scatter32(Math.floor(seed / 0x1_0000_0000) + 1);
  for (let i = 0; i < purpose.length; i++) mixed = scatter32(mixed + purpose.charCodeAt(i) + 0x9e3779b9);
  const word = () => scatter32((mixed = (mixed + 0x9e3779b9) | 0)) | 0;
  let a = word();
  let b = word();
  let c = word();
  let d = word() | 1; // the state must not be all zero

  function uint32(): number {
    const scaled = Math.imul(b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  }

  return { uint32, unit: () => ((uint32() >>> 5) * 0x400_0000 + (uint32() >>> 6)) / 0x20_0000_0000_0000 };
}
