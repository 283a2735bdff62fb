"""Categories such as "amber/birch/cedar" as a tree, added up by recursion."""


class Node:
    def __init__(self, name):
        self.name = name
        self.own = 0
        self.children = {}

    def child(self, name):
        if name not in self.children:
            self.children[name] = Node(name)
        return self.children[name]

    def total(self):
        return self.own + sum(child.total() for child in self.children.values())

    def walk(self, depth=0):
        yield depth, self
        for name in sorted(self.children):
            yield from self.children[name].walk(depth + 1)


def build(orders):
    root = Node("all")
    for order in orders:
        node = root
        for part in order.category.split("/"):
            node = node.child(part)
        node.own += order.total()
    return root
