/**
 * Counts whole requests in the bytes of one connection, cut at any byte. No HTTP server: it reads what our own load
 * engines and the known clients send, a header and perhaps a body of known length.
 */
const headerEnd = "\r\n\r\n";

export class RequestCounter {
  #headerStart = "";
  #bodyLeft = 0;

  /** How many requests end in this piece. */
  push(piece: Buffer): number {
    let ended = 0;
    for (let at = 0; at < piece.length;) {
      if (this.#bodyLeft > 0) {
        const taken = Math.min(this.#bodyLeft, piece.length - at);
        this.#bodyLeft -= taken;
        at += taken;
      } else {
        const text = this.#headerStart + piece.toString("latin1", at);
        const end = text.indexOf(headerEnd);
        if (end < 0) {
          this.#headerStart = text;
          return ended;
        }
        at += end + headerEnd.length - this.#headerStart.length;
        this.#headerStart = "";
        // A GET has no body: looking for its length would be most of the work.
        this.#bodyLeft = text.startsWith("GET ") ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
      }
      if (this.#bodyLeft === 0) ended++;
    }
    return ended;
  }
}
