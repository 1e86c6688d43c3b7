/** What a Dockerfile says of other images. */

/** Images that it builds on or copies from, in their order; stages of its own are not images. */
export function baseImages(dockerfile: string): readonly string[] {
  const stages = new Set<string>(["scratch"]);
  const images: string[] = [];
  for (const line of dockerfile.split("\n")) {
    const [, from, stage] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    const copied = /^\s*COPY\s+(?:--\S+\s+)*--from=(\S+)/i.exec(line)?.[1];
    for (const image of [from, copied]) {
      if (image !== undefined && !stages.has(image.toLowerCase()) && !/^\d+$/.test(image) && !images.includes(image)) images.push(image);
    }
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return images;
}
