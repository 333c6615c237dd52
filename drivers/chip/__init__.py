"""Chips of travel documents after Doc 9303-10, -11 and -12: read, prove, decode."""
