"""Recommenders from bare `user item` pairs, and the protocol that compares them on public data.

What Vivier knows of people and jobs plays no part here: anyone can run the same comparison on their own pairs.
"""
