"""A Redis of a few lines: it can be silent, refuse, push, and cut its connections."""

import asyncio
from collections.abc import Callable

import hiredis

# What a command is answered with, in place of the usual; None: the usual.
Answer = Callable[[list[bytes]], bytes | None]
DATA_COMMANDS = {b"SET", b"DEL", b"GET"}


def bulk(text: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(text), text)


class FakeRedis:
    def __init__(self) -> None:
        self.commands: list[list[bytes]] = []
        self.values: dict[bytes, bytes] = {}
        self.remaining_ms = 60_000
        self.run_id = b"first"
        self.answer: Answer = lambda _words: None
        self.answers = asyncio.Event()
        self.answers.set()
        self._clients: set[asyncio.StreamWriter] = set()
        self._tracking: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self.answers.set()
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        for writer in self._clients:
            writer.close()

    def invalidate(self, *names: bytes) -> None:
        """Push these names; without any, that all is gone."""
        listed = b"*%d\r\n%s" % (len(names), b"".join(map(bulk, names))) if names else b"_\r\n"
        for writer in self._tracking:
            writer.write(b">2\r\n" + bulk(b"invalidate") + listed)

    def data_commands(self) -> list[list[bytes]]:
        return [words for words in self.commands if words[0] in DATA_COMMANDS]

    async def _serve(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        parser = hiredis.Reader()
        while data := await stream.read(65_536):
            parser.feed(data)
            while (words := parser.gets()) is not False:
                assert isinstance(words, list)
                self.commands.append(words)
                if words[0] in DATA_COMMANDS:
                    await self.answers.wait()
                if words[:2] == [b"CLIENT", b"TRACKING"]:
                    self._tracking.add(writer)
                answer = self.answer(words)
                writer.write(self._usual(words) if answer is None else answer)
        self._clients.discard(writer)
        self._tracking.discard(writer)
        writer.close()

    def _usual(self, words: list[bytes]) -> bytes:
        if words[0] == b"HELLO":
            return b"%1\r\n" + bulk(b"id") + b":7\r\n"
        if words[0] == b"GET":
            value = self.values.get(words[1])
            return b"_\r\n" if value is None else bulk(value)
        if words[0] == b"PTTL":
            return b":%d\r\n" % self.remaining_ms
        if words[0] == b"SET":
            self.values[words[1]] = words[2]
        if words[0] == b"DEL":
            self.values.pop(words[1], None)
        if words[0] == b"INFO":
            return bulk(b"# Server\r\nrun_id:%s\r\n" % self.run_id)
        if words[0] == b"PING":
            return b"+PONG\r\n"
        return b"+OK\r\n"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)
