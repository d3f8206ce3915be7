"""Sharing firms among counsellors, and the order of their rounds. It knows numbers only: no engine, no record.

`python -m matching.planning` reads a `Problem` as JSON on its input and writes its `Solution` as JSON on its output, so
that the service leaves the work, which holds on to the interpreter, to a process of its own.
"""
