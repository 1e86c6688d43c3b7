"""Running coroutines side by side."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_one_fails(*works: Coroutine[Any, Any, None]) -> None:
    """Run endless works together; the error of the first that ends, when all have ended."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
