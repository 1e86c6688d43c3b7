import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { countSource } from "./source-facts.ts";

let folder = "";
afterEach(() => rm(folder, { recursive: true, force: true }));

async function source(files: Readonly<Record<string, string>>): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), "source-facts-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

test("blank lines and comments are no code, and tests inside a Rust file are tests", async () => {
  const files = {
    "Cargo.toml":
      '[package]\nname = "x"\n\n[dependencies]\nbytes = "=1"\nhyper-util = { version = "=1" }\n\n[dev-dependencies]\nrand = "=1"\n',
    "Cargo.lock":
      '[[package]]\nname = "x"\n\n[[package]]\nname = "bytes"\nsource = "registry"\n\n[[package]]\nname = "a"\nsource = "registry"\n',
    "src/main.rs": "//! A service.\n\nfn main() {\n    // why\n    run();\n}\n\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\n",
    "src/key_tests.rs": "fn k() {}\n",
  };
  expect(await countSource(await source(files), "rust")).toEqual({ codeLines: 3, testLines: 5, directDependencies: 2, allDependencies: 2 });
});

test("Go's indirect requirements are dependencies, not direct ones", async () => {
  const mod = "module x\n\ngo 1.26.0\n\nrequire (\n\tgithub.com/a/b/v2 v2.4.0\n)\n\nrequire (\n\tgolang.org/x/sys v0.48.0 // indirect\n)\n";
  const files = { "go.mod": mod, "main.go": "// Main.\npackage main\n", "main_test.go": "package main\n" };
  expect(await countSource(await source(files), "go")).toEqual({ codeLines: 1, testLines: 1, directDependencies: 1, allDependencies: 2 });
});

test("a Python folder is counted by its requirements files", async () => {
  const files = {
    "requirements.in": "# why\nredis[hiredis]==8.1.0\nuvloop==0.23.0\n",
    "requirements.txt":
      "redis[hiredis]==8.1.0 \\\n    --hash=sha256:1\nuvloop==0.23.0 \\\n    --hash=sha256:2\nclick==8.5.1 \\\n    --hash=sha256:3\n",
    "src/app.py": "# why\nprint()\n",
    "tests/test_app.py": "assert True\n",
  };
  expect(await countSource(await source(files), "python")).toEqual({
    codeLines: 1,
    testLines: 1,
    directDependencies: 2,
    allDependencies: 3,
  });
});

test("what has no lockfile has no count of it, and an unknown language none at all", async () => {
  const files = { "package.json": '{"dependencies":{"ioredis":"6.0.0"}}', "main.mjs": "/** A service. */\nrun();\n" };
  expect(await countSource(await source(files), "node")).toEqual({
    codeLines: 1,
    testLines: 0,
    directDependencies: 1,
    allDependencies: null,
  });
  expect(await countSource(folder, "cobol")).toBeNull();
});
