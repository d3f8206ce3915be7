"""`python -m matching.planning`: a problem in, shares or rounds out."""

import sys

import msgspec

from matching.planning.problem import Problem
from matching.planning.rounds import rounds
from matching.planning.share import share


def main() -> None:
    """Rounds where the problem has ways, else shares."""
    problem = msgspec.json.decode(sys.stdin.buffer.read(), type=Problem)
    if problem.ways:
        sys.stdout.buffer.write(msgspec.json.encode([rounds(way) for way in problem.ways]))
    else:
        sys.stdout.buffer.write(msgspec.json.encode(share(problem)))


if __name__ == "__main__":
    main()
