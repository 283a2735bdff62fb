"""What stacks a target program can have, and whether a recorded one is among them.

Every check takes the frames of one sample from the root to the leaf and returns None, or why such a stack never was.
A salvaged sample is a prefix of a true stack, so the same checks hold for it: they never ask for a leaf.
"""
import os
import re

from _recorder import TARGETS


def own_frames(frames, target):
    """The frames from the target's <module> on; [] while Python starts or ends."""
    for i, frame in enumerate(frames):
        if os.path.basename(frame.file) == target:
            return frames[i:]
    return []


def call_lines(target):
    """{function: lines of it that call another function of the target}, by its text."""
    lines = open(os.path.join(TARGETS, target), encoding="utf-8").read().split("\n")
    names = {m[1] for m in (re.match(r"(?:async )?def (\w+)", line) for line in lines) if m}
    found, current = {}, None
    for number, line in enumerate(lines, 1):
        match = re.match(r"(?:async )?def (\w+)", line)
        if line and not line[0].isspace():
            current = match and match[1]
        elif current and any(re.search(r"\b%s\(" % name, line) for name in names):
            found.setdefault(current, []).append(number)
    return found


def two_families():
    lines = call_lines("two_families.py")

    def check(frames):
        own = own_frames(frames, "two_families.py")
        if not own:
            return None
        expected = ["<module>", "main"]
        if len(own) > 2:
            expected += [own[2].name[0] + str(i) for i in range(len(own) - 2)]
        if [frame.name for frame in own] != expected[: len(own)] or len(own) > 10:
            return "functions of both families, or one left out"
        for frame in own[2:-1]:
            if frame.line not in lines[frame.name]:
                return "%r does not call on that line" % frame
        if len(own) > 2 and own[1].line != lines["main"]["ab".index(own[2].name[0])]:
            return "main does not call %s on line %d" % (own[2].name, own[1].line)
        return None

    return check


def periods(depth):
    """Of periods.py, whose functions are those of a text it makes."""

    def check(frames):
        own = [frame for frame in frames if frame.file == "periods_made.py"]
        # Its text is executed once, to define the functions.
        if not own or own[0].name == "<module>":
            return None
        family = own[1].name[0] if len(own) > 1 else "a"
        if [frame.name for frame in own] != ["turn"] + [family + str(n) for n in range(len(own) - 1)] or len(own) > depth + 1:
            return "functions of both chains, or one left out"
        if len(own) > 1 and own[0].line != {"a": 3, "b": 4}[family]:
            return "turn does not call %s0 on line %d" % (family, own[0].line)
        return "turn was called by nobody" if frames[0].name == "turn" else None

    return check


def resumed():
    callers = {"first": ("turn", 1), "second": ("turn", 2), "inner": ("second", 0)}
    text = open(os.path.join(TARGETS, "resumed.py"), encoding="utf-8").read().split("\n")
    lines = {"turn": [0, text.index("    for _ in first():") + 1, text.index("        next(two)") + 1], "second": [text.index("    yield from inner()") + 1]}

    def check(frames):
        own = own_frames(frames, "resumed.py")
        if any(frame.name in callers or frame.name == "turn" for frame in frames[:1]):
            return "%s was called by nobody" % frames[0].name
        for above, below in zip(own, own[1:]):
            caller, line = callers.get(below.name, (above.name, None))
            if above.name != caller or (line is not None and above.line != lines[caller][line]):
                return "%r does not resume %s" % (above, below.name)
        return None

    return check


def deep_families():
    lines = call_lines("deep_families.py")

    def check(frames):
        own = own_frames(frames, "deep_families.py")
        colours = {frame.name for frame in own[2:]}
        if [frame.name for frame in own[:2]] != ["<module>", "main"][: len(own)] or len(colours) > 1 or not colours <= {"red", "blue"}:
            return "both recursions, or none of main"
        callers = own[2:-1]
        for above, below in zip(callers, callers[1:]):
            if above.line == below.line or above.line not in lines[above.name] or below.line not in lines[below.name]:
                return "the lines of even and odd calls do not alternate"
        if callers and callers[0].line != lines[callers[0].name][1]:
            return "the first call of %s has an even number" % callers[0].name
        return "more frames than the recursion is deep" if len(own) > 2 + 381 else None

    return check


def chain(target, allowed):
    """Frames of the target follow one another only as `allowed` says: {caller: callees}; others in between are passed over."""

    def check(frames):
        own = [frame for frame in frames if os.path.basename(frame.file) == target]
        for above, below in zip(own, own[1:]):
            if below.name not in allowed.get(above.name, ()):
                return "%s never calls %s" % (above.name, below.name)
        return None

    return check


def shares():
    return chain(
        "shares.py", {"<module>": ["main"], "main": ["calls", "loop", "long_c"], "calls": ["three"], "three": ["two"], "two": ["one"]}
    )


def generators():
    return chain(
        "generators.py",
        {
            "<module>": ["run", "outer_coroutine"],
            "run": ["pull", "both"],
            "pull": ["outer_generator", "other_generator", "<lambda>", "pull.<locals>.<lambda>"],
            "outer_generator": ["inner_generator"],
            "inner_generator": ["leaf"],
            "other_generator": ["other_leaf"],
            "outer_coroutine": ["inner_coroutine"],
            "inner_coroutine": ["coroutine_leaf"],
        },
    )


def deep():
    def check(frames):
        own = own_frames(frames, "deep.py")
        if not own or own[0].name == "<module>":
            return None
        names = [frame.name for frame in own]
        below = names[1:]
        if names[0] != "main" or len(own) > 3003:
            return "more frames than the recursion is deep, or main left out"
        downs = below.count("down")
        if below[:downs] != ["down"] * downs or below[downs:] not in ([], ["bottom"]) or (below[downs:] and downs != 3001):
            return "a gap in the recursion: %d of down, then %s" % (downs, below[downs:][:2])
        return None

    return check


def threads():
    def check(frames):
        naps = [frame for frame in frames if frame.name.startswith("nap_")]
        if len(naps) > 1 or (naps and any(frame.name == "compute" for frame in frames)):
            return "functions of several threads"
        return None

    return check


def fresh_code():
    def check(frames):
        made = [frame for frame in frames if re.match(r"[fg]_\d+\Z", frame.name)]
        numbers = {frame.name[2:] for frame in made} | {re.sub(r"\D", "", os.path.basename(frame.file)) for frame in made}
        if len(numbers) > 1:
            return "names of several code objects: " + ", ".join(map(repr, made))
        for frame in made:
            first = int(frame.name[2:]) % 97
            low, high = (first + 2, first + 4) if frame.name[0] == "f" else (first + 6, first + 6)
            # A frame that has not begun may stand on its "def" line.
            if not low - 1 <= frame.line <= high:
                return "%r is not a line of that function" % frame
        if [frame.name[0] for frame in made] not in ([], ["g"], ["g", "f"]):
            return "f without its g"
        return None

    return check


def long_function():
    def check(frames):
        for above, below in zip(frames, frames[1:]):
            if below.name.startswith("mark_") and (above.name, above.line) != ("long_function", 10000 * (int(below.name[5:]) + 1)):
                return "%s is not called from %r" % (below.name, above)
        for frame in frames:
            if frame.name == "long_function" and not 1 <= frame.line <= 100000:
                return "%r is not a line of that function" % frame
        return None

    return check


def garbage():
    own_callers = {
        "<module>": ["allocate", "collect", "Node", "<listcomp>"],
        "allocate": ["cycle"],
        "cycle": ["Node.__init__", "__init__"],
    }
    # A collection, and so a finalizer or the callback, can begin below any function.
    anywhere = ["callback", "Node.__del__", "__del__"]
    for caller in ["<module>", "<listcomp>", "allocate", "cycle", "collect", "Node.__init__", "__init__", "finalize", "callback", "Node.__del__", "__del__"]:
        own_callers.setdefault(caller, [])
        own_callers[caller] = own_callers[caller] + anywhere + (["finalize"] if "__del__" in caller else [])
    return chain("garbage.py", own_callers)


def interpreters():
    def check(frames):
        own = [frame.name for frame in frames if re.match(r"(outer|inner)_\d+\Z", frame.name)]
        if own and own != ["outer_" + own[0][6:], "inner_" + own[0][6:]][: len(own)]:
            return "functions of several interpreters, or inner without its outer"
        if own and any(frame.name in ("running", "churning", "waiting_in_main") for frame in frames):
            return "functions of the main interpreter and of another one"
        return None

    return check
