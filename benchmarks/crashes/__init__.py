"""Processes that are killed at random instants, and what is found of their work afterwards."""
