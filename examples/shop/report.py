"""The report as text: wrapped, aligned, sorted."""
import textwrap


def money(cents):
    return "{:,.2f}".format(cents / 100)


def customers(orders):
    totals = {}
    for order in orders:
        totals.setdefault(order.customer, []).append(order.total())
    return sorted(((sum(values), name) for name, values in totals.items()), reverse=True)


def paragraph(order):
    text = "Order %d of %s: " % (order.number, order.customer)
    text += ", ".join("%d x %s (%s)" % (line.quantity, line.name, line.sku) for line in order.lines)
    return textwrap.fill(text, width=72, subsequent_indent="    ")


def render(orders, tree, corrected):
    out = ["Customers"]
    out += ["  %-12s %14s" % (name, money(total)) for total, name in customers(orders)]
    out += ["", "Categories"]
    out += ["  " * (depth + 1) + "%s %s" % (node.name, money(node.total())) for depth, node in tree.walk() if depth < 4]
    out += ["", "Words"]
    out += ["  %-10s %6d" % item for item in sorted(corrected.items())]
    out += ["", "Orders"]
    out += [paragraph(order) for order in orders]
    return "\n".join(out)
