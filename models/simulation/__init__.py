"""A labour market with a known hidden truth: what rankers are trained on, and what they are honestly judged by.

A `Market` holds what a deployment may know of people and offers. `HiddenTruth` holds what nobody may: what each person
really wants and whom each employer would really take. `Stream` lets weeks go by on it. docs/simulation.md tells it all.
"""
