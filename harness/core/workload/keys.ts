/**
 * Names of keys, 22 to 44 characters: the quartiles of key size in 54 production clusters are 22, 36 and 44 bytes
 * (Yang, Yue and Rashmi, "A large scale analysis of hundreds of in-memory cache clusters at Twitter", OSDI 2020).
 * Only characters that a URL carries unescaped.
 */
import { scatter32 } from "./random.ts";

const families = [
  "cart.",
  "session.v2.",
  "user.profile.",
  "feed.home.page.",
  "product.detail.en.",
  "price.eur.catalogue.",
  "recommendations.item.",
  "search.suggestions.v3.",
  "inventory.warehouse.eu.",
  "permissions.organisation.",
  "notification.settings.user.",
] as const;

/** The name of key number `index`. The first 8 of its 16 hexadecimal digits alone differ for every index. */
export function keyName(index: number): string {
  const unique = scatter32(index);
  const second = scatter32(unique ^ 0x5bd1e995);
  const family = families[second % families.length] ?? families[0];
  return family + hex8(unique) + hex8(second) + (family.length === 5 ? "x" : "");
}

const hex8 = (word: number) => word.toString(16).padStart(8, "0");
