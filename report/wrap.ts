/** Text broken into lines of a width; a word that is longer than a line is cut. */
export function wrap(text: string, width: number, indent = ""): string[] {
  const room = Math.max(1, width - indent.length);
  const words = text.split(/\s+/).flatMap((word) => cut(word, room));
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((text, index) => (index === 0 ? text : indent + text));
}

function cut(word: string, width: number): string[] {
  return Array.from({ length: Math.ceil(word.length / width) }, (_, index) => word.slice(index * width, (index + 1) * width));
}
