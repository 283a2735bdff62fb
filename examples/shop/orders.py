"""Orders: made from a seed, stored as JSON lines, read back and checked."""
import json
import random
import re
from dataclasses import dataclass, field

SKU = re.compile(r"^[A-Z]{3}-\d{4}(?:-[a-z]{2})?$")
WORDS = "amber birch cedar delta ember flint grove heron ivory juniper kelp lotus maple north olive pearl quartz raven sage thorn".split()


@dataclass
class Line:
    sku: str
    name: str
    quantity: int
    cents: int


@dataclass
class Order:
    number: int
    customer: str
    category: str
    lines: list = field(default_factory=list)

    def total(self):
        return sum(line.quantity * line.cents for line in self.lines)


def make_line(rng):
    sku = "%s-%04d" % ("".join(rng.choices("ABCDEFGH", k=3)), rng.randrange(10000))
    if rng.random() < 0.3:
        sku += "-" + rng.choice(["xl", "xs", "md"])
    return {"sku": sku, "name": " ".join(rng.choices(WORDS, k=3)), "quantity": rng.randrange(1, 9), "cents": rng.randrange(99, 20000)}


def make_orders(count, seed=1):
    rng = random.Random(seed)
    for number in range(count):
        category = "/".join(rng.choices(WORDS[:6], k=rng.randrange(1, 6)))
        yield {"number": number, "customer": rng.choice(WORDS).title(), "category": category,
               "lines": [make_line(rng) for _ in range(rng.randrange(1, 7))]}


def write_lines(orders):
    return "\n".join(json.dumps(order, sort_keys=True) for order in orders)


def check_line(line):
    if not SKU.match(line.sku):
        raise ValueError("bad SKU %r" % line.sku)
    if line.quantity <= 0 or line.cents < 0:
        raise ValueError("bad amount in %r" % line.sku)
    return line


def read_order(text):
    data = json.loads(text)
    lines = [check_line(Line(**line)) for line in data.pop("lines")]
    return Order(lines=lines, **data)


def read_lines(text):
    return [read_order(line) for line in text.splitlines()]
