/**
 * The JSON documents written: `{"k":"<key>","v":"<version>","p":"..."}`, exactly as many bytes as drawn. The key's
 * number (5 digits, base 36) and the version (12 digits, decimal) have fixed places, so that a write patches them in and
 * a read can be judged. Both are strings because a JSON number may not have leading zeros. All is ASCII: characters are
 * bytes. The 32 bytes of an empty payload are also the least that a scenario may ask for.
 */
import { probit } from "simple-statistics";
import type { ValueSize } from "../scenario.ts";
import { scatter32, type Random } from "./random.ts";

const payloadOpening = `,"p":"`;
const payloadClosing = `"}`;
export const emptyDocumentBytes = 32;
const mostTemplates = 512;
const mostTemplateBytes = 32 * 1024 * 1024;

export interface ValueTemplates {
  readonly sizes: Uint32Array;
  /** The document number `template`, for a key and a version. */
  document(template: number, keyIndex: number, version: number): string;
}

/** A bounded pool of templates whose sizes are evenly spaced quantiles of the distribution, so that no seed misses its tail. */
export function buildValueTemplates(size: ValueSize, random: Random): ValueTemplates {
  const sizes = templateSizes(size);
  const largest = Math.max(...sizes);
  const text = randomText(Math.max(largest * 2, 4096), random);
  const tails = Array.from(sizes, (bytes) => tail(bytes, text, random));
  return {
    sizes,
    document: (template, keyIndex, version) =>
      `{"k":"${keyDigits(keyIndex)}","v":"${versionDigits(version)}"${tails[template] ?? payloadClosing}`,
  };
}

/** What a document says of itself; null when it is none of ours. */
export function parseDocument(body: string): { keyIndex: number; version: number } | null {
  const match = /^\{"k":"([0-9a-z]{5})","v":"(\d{12})"/.exec(body);
  return match ? { keyIndex: Number.parseInt(match[1] ?? "", 36), version: Number(match[2]) } : null;
}

/** The template of a key's value before the trial: by key alone, the same whatever was drawn. */
export const initialTemplate = (keyIndex: number, templates: number) => scatter32(keyIndex ^ 0x2545f491) % templates;

const keyDigits = (index: number) => index.toString(36).padStart(5, "0");
const versionDigits = (version: number) => String(version).padStart(12, "0");

/** Bytes of each template. */
export function templateSizes(size: ValueSize): Uint32Array {
  if (size.kind === "fixed") return new Uint32Array(Math.min(64, templatesWithin(size.bytes))).fill(size.bytes);
  const { medianBytes, sigma, maxBytes } = size;
  const mean = Math.min(maxBytes, medianBytes * Math.exp((sigma * sigma) / 2));
  const count = Math.min(mostTemplates, templatesWithin(mean));
  return Uint32Array.from({ length: count }, (_, i) => {
    const bytes = Math.round(medianBytes * Math.exp(sigma * probit((i + 0.5) / count)));
    return Math.min(maxBytes, Math.max(emptyDocumentBytes, bytes));
  });
}

const templatesWithin = (bytes: number) => Math.max(16, Math.floor(mostTemplateBytes / bytes));

/** All after the version. A document too small for a payload is filled with the white space that JSON allows. */
function tail(bytes: number, text: string, random: Random): string {
  const room = bytes - emptyDocumentBytes;
  const payload = room - payloadOpening.length - 1;
  if (payload < 0) return " ".repeat(room) + "}";
  const from = Math.floor(random.unit() * (text.length - payload));
  // Through a Buffer, so that V8 keeps one flat string and not a tree of slices that every write would flatten.
  return Buffer.from(payloadOpening + text.slice(from, from + payload) + payloadClosing, "latin1").toString("latin1");
}

/** Random enough that no compression on the way makes it small. */
function randomText(length: number, random: Random): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = alphabet.charCodeAt(random.uint32() >>> 26);
  return bytes.toString("latin1");
}
