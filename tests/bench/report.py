# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench prints: Markdown tables, and which goals were met."""
import dataclasses
import statistics

median = statistics.median


@dataclasses.dataclass
class Goal:
    job: str
    text: str
    measured: str
    met: bool


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def percent(share):
    """Two digits; never rounded up to a 100 that was not reached."""
    text = f"{share * 100:.2f}"
    return "99.99" if text == "100.00" and share < 1 else text


def ratio(a, b):
    return f"{a / b:.2f}" if b else "-"


def goals_table(goals):
    return table(["job", "goal", "measured", "met"],
                 [(g.job, g.text, g.measured, "yes" if g.met else "**no**")
                  for g in goals])


def section(title, body, remark=""):
    return f"\n### {title}\n\n{body}" + (f"\n{remark}\n" if remark else "")
