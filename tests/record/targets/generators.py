"""Generators and coroutines that hand the control to and fro: only certain functions ever call certain others."""
import asyncio
import sys
import time


def leaf(n):
    return n + 1


def inner_generator():
    for n in range(20):
        yield leaf(n)


def outer_generator():
    yield from inner_generator()
    for n in range(20):
        yield n


def pull():
    return sum(map(lambda pair: pair[0] + pair[1], zip(outer_generator(), other_generator())))


def other_generator():
    for n in range(40):
        yield other_leaf(n)


def other_leaf(n):
    return n - 1


async def inner_coroutine(n):
    await asyncio.sleep(0)
    return coroutine_leaf(n)


def coroutine_leaf(n):
    for _ in range(50):
        n += 1
    return n


async def outer_coroutine(count):
    total = 0
    for n in range(count):
        total += await inner_coroutine(n)
    return total


async def both():
    await asyncio.gather(outer_coroutine(10), outer_coroutine(10))


async def run(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await both()
        for _ in range(5):
            pull()


asyncio.run(run(float(sys.argv[1])))
