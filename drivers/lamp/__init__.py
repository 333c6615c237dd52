"""Lamps that say that a traveller waits for a person."""
