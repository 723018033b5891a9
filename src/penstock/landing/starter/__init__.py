"""Starter mappings: a commented first draft, guessed from headers and values.

Belongs here: guesses, each with a confidence and a reason. Does not belong here: applying a
mapping; a product's words (its `Starter`).
"""
